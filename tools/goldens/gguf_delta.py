"""What of a GGUF file is not in the safetensors it was made of, so that a fixture need not be stored twice.

A delta is four little-endian numbers and two runs of bytes: "GGUD", the number n of operations, the length of the
file, the number of literal bytes; n operations of (length, offset) as u32 each; the literal bytes. An operation
copies `length` bytes from `offset` of the safetensors files, one after the other, or takes the next literal bytes
where the offset is 2^32 - 1.
"""

import struct
from pathlib import Path

from checkpoint import Checkpoint

# Shorter runs are cheaper as literals.
UNIT = 16
LITERAL = 2**32 - 1


def write_delta(checkpoint: Checkpoint, gguf: Path, out: Path) -> None:
    source = b"".join(file.read_bytes() for file in checkpoint.files)
    target = gguf.read_bytes()
    places: dict[bytes, int] = {}
    for at in range(0, len(source) - UNIT + 1, 2):
        places.setdefault(source[at : at + UNIT], at)
    operations: list[tuple[int, int]] = []
    literals = bytearray()
    start = at = 0
    while at < len(target):
        found = places.get(target[at : at + UNIT])
        # Zeros are everywhere.
        if found is None or not any(target[at : at + UNIT]):
            at += 1
            continue
        length = UNIT
        while at + length < len(target) and found + length < len(source) and target[at + length] == source[found + length]:
            length += 1
        if at > start:
            operations.append((at - start, LITERAL))
            literals += target[start:at]
        operations.append((length, found))
        at += length
        start = at
    if start < len(target):
        operations.append((len(target) - start, LITERAL))
        literals += target[start:]
    head = struct.pack("<4sIII", b"GGUD", len(operations), len(target), len(literals))
    out.write_bytes(head + b"".join(struct.pack("<II", *op) for op in operations) + bytes(literals))
