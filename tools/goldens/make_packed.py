"""Small weights as compressed-tensors packs them, with the values it reads back: python make_packed.py OUT.safetensors.

Needs the PyPI package compressed-tensors. Each case is NAME.weight_packed and what belongs to it, and NAME.expected
(f32) is what that package decompresses. Symmetric and with zero points, in groups and one scale for each row, 4 and 8
bits, rows that end inside a word. Activation order is the former writers' (g_idx), expected by its definition.
"""

import sys

import torch
from compressed_tensors.compressors.pack_quantized.base import PackedQuantizationCompressor
from compressed_tensors.quantization import QuantizationArgs, QuantizationScheme
from safetensors.torch import save_file

CASES = {
    "int4": dict(num_bits=4, rows=11, columns=64, group=32, dtype=torch.bfloat16),
    "int8": dict(num_bits=8, rows=5, columns=96, group=32, dtype=torch.float16),
    "zero4": dict(num_bits=4, rows=11, columns=64, group=16, zero=True, dtype=torch.float16),
    "zero8": dict(num_bits=8, rows=7, columns=32, group=16, zero=True, dtype=torch.bfloat16),
    "channel": dict(num_bits=4, rows=6, columns=43, group=None, dtype=torch.float32),
    "channel_zero": dict(num_bits=8, rows=6, columns=37, group=None, zero=True, dtype=torch.float32),
    "order": dict(num_bits=4, rows=4, columns=32, group=8, dtype=torch.float32, order=True),
}


def case(num_bits, rows, columns, group, dtype, zero=False, order=False):
    groups = columns // group if group else 1
    half = 1 << (num_bits - 1)
    args = QuantizationArgs(
        num_bits=num_bits,
        type="int",
        symmetric=not zero,
        strategy="group" if group else "channel",
        group_size=group,
    )
    scheme = QuantizationScheme(targets=["Linear"], weights=args)
    scale = (torch.rand(rows, groups) * 0.1 + 0.01).to(dtype)
    state = {"weight": torch.randn(rows, columns) * 0.2, "weight_scale": scale}
    if zero:
        state["weight_zero_point"] = torch.randint(-half, half, (rows, groups), dtype=torch.int8)
    packed = PackedQuantizationCompressor.compress(state, scheme)
    plain = {**packed, "weight_scale": packed["weight_scale"].float()}
    expected = PackedQuantizationCompressor.decompress(plain, scheme)["weight"]
    if order:
        index = torch.arange(columns) // group
        index = index[torch.randperm(columns)].to(torch.int32)
        codes = expected / plain["weight_scale"].repeat_interleave(group, 1)
        expected = codes.round() * plain["weight_scale"][:, index.long()]
        packed["weight_g_idx"] = index
    return {**packed, "expected": expected.float()}


def main(path):
    torch.manual_seed(20261121)
    tensors = {f"{name}.{key}": value for name, options in CASES.items() for key, value in case(**options).items()}
    save_file({key: value.contiguous() for key, value in tensors.items()}, path)


if __name__ == "__main__":
    main(sys.argv[1])
