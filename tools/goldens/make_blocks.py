"""Random blocks of each quantized GGUF type and the values the gguf package gives for them.

Usage: python tools/goldens/make_blocks.py packages/loader/test/fixtures/gguf-blocks.safetensors
"""

import sys

import gguf
import numpy as np
from safetensors.numpy import save_file

VALUES = 1024

# Bytes of each block at which f16 numbers lie.
HALVES = {
    "Q4_0": [0], "Q4_1": [0, 2], "Q5_0": [0], "Q5_1": [0, 2], "Q8_0": [0],
    "Q2_K": [80, 82], "Q3_K": [108], "Q4_K": [0, 2], "Q5_K": [0, 2], "Q6_K": [208],
    "IQ4_NL": [0], "IQ4_XS": [0], "MXFP4": [],
}  # fmt: skip


def blocks_of(name: str, rng: np.random.Generator) -> np.ndarray:
    size, width = gguf.GGML_QUANT_SIZES[gguf.GGMLQuantizationType[name]]
    count = VALUES // size
    blocks = rng.integers(0, 256, (count, width), dtype=np.uint8)
    for at in HALVES[name]:
        halves = rng.normal(0, 0.02, count).astype(np.float16)
        # A zero, the smallest number below zero, and the largest.
        halves[:3] = [0, -6e-8, 65504]
        blocks[:, at : at + 2] = halves.view(np.uint8).reshape(count, 2)
    if name == "MXFP4":
        blocks[:, 0] %= 251  # Larger exponents overflow.
        blocks[:4, 0] = [0, 1, 2, 250]
    return blocks.reshape(-1)


def main() -> None:
    rng = np.random.default_rng(20261121)
    tensors: dict[str, np.ndarray] = {}
    for name in HALVES:
        blocks = blocks_of(name, rng)
        values = gguf.dequantize(blocks, gguf.GGMLQuantizationType[name]).astype(np.float32)
        assert np.isfinite(values).all(), name
        tensors[f"{name.lower()}.blocks"] = blocks
        tensors[f"{name.lower()}.values"] = values
    save_file(tensors, sys.argv[1])


if __name__ == "__main__":
    main()
