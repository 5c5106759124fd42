"""Reads a fixture's config and safetensors; bf16 stays as it is stored."""

import json
from dataclasses import dataclass
from pathlib import Path

import numpy as np

KINDS = {"BF16": np.uint16, "F16": np.float16, "F32": np.float32}


@dataclass
class Stored:
    array: np.ndarray
    dtype: str

    def floats(self) -> np.ndarray:
        if self.dtype == "BF16":
            return (self.array.astype(np.uint32) << 16).view(np.float32)
        return self.array.astype(np.float32)

    def bytes(self) -> np.ndarray:
        array = np.ascontiguousarray(self.array)
        return array.view(np.uint8) if self.dtype == "BF16" else array

    def rows(self, order: np.ndarray) -> "Stored":
        return Stored(self.array[order], self.dtype)

    def part(self, index) -> "Stored":
        return Stored(self.array[index], self.dtype)

    @staticmethod
    def stack(parts: list["Stored"]) -> "Stored":
        return Stored(np.stack([part.array for part in parts]), parts[0].dtype)


class Checkpoint:
    def __init__(self, folder: Path):
        self.config = json.loads((folder / "config.json").read_text())
        self.files = sorted(folder.glob("model*.safetensors"))
        self.tensors: dict[str, Stored] = {}
        for file in self.files:
            data = file.read_bytes()
            length = int.from_bytes(data[:8], "little")
            for name, entry in json.loads(data[8 : 8 + length]).items():
                if name == "__metadata__":
                    continue
                begin, end = entry["data_offsets"]
                array = np.frombuffer(data[8 + length + begin : 8 + length + end], KINDS[entry["dtype"]])
                self.tensors[name] = Stored(array.reshape(entry["shape"]), entry["dtype"])
