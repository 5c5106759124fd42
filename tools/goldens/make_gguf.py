"""Writes golden fixtures as GGUF, as llama.cpp's converter does: its names, keys, row orders and stored forms.

    python tools/goldens/make_gguf.py packages/conformance/fixtures OUT [NAME...]

What the converter leaves out (a window of Mistral or Qwen 2, dynamic rotation) is left out here too; where a tiny
fixture differs from published models in something the format only states by their size, the key that llama.cpp
knows for it is written. Needs requirements-gguf.txt only.
"""

import argparse
import sys
from pathlib import Path

from checkpoint import Checkpoint
from gguf_delta import write_delta
from gguf_names import KINDS
from gguf_tensors import GgufWriter


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("fixtures", type=Path)
    parser.add_argument("out", type=Path)
    parser.add_argument("names", nargs="*")
    parser.add_argument("--deltas", type=Path, help="also writes what is not in the fixture's own files to this folder")
    args = parser.parse_args()
    args.out.mkdir(parents=True, exist_ok=True)
    for folder in sorted(args.fixtures.iterdir()):
        if args.names and folder.name not in args.names:
            continue
        checkpoint = Checkpoint(folder)
        config = checkpoint.config
        kind = config.get("text_config", config)["model_type"]
        if kind not in KINDS:
            print(f"{folder.name}: llama.cpp has no converter for {kind}", file=sys.stderr)
            continue
        if any("_tower." in name or ".embed_audio." in name for name in checkpoint.tensors):
            print(f"{folder.name}: its golden is about images or sound, which GGUF keeps apart", file=sys.stderr)
            continue
        path = args.out / f"{folder.name}.gguf"
        GgufWriter(checkpoint, path).write()
        if args.deltas:
            args.deltas.mkdir(parents=True, exist_ok=True)
            write_delta(checkpoint, path, args.deltas / f"{folder.name}.delta")


if __name__ == "__main__":
    main()
