"""What transformers computes far into a text, for folders that make_golden.py (or its format) made.

    python far_positions.py FIXTURES_FOLDER llama mistral ...

Adds far.safetensors to each folder: `begin{n}` [rows, vocab], the logits of the golden's prompt at positions n, n + 1, …
with an empty cache; and with --long N `long` [8, vocab], the last rows of a prompt of N tokens, token i being
(i * 2654435761 mod 2^32) >> 16, modulo the vocabulary less three, plus three.
"""

import argparse
import json
from pathlib import Path

import torch
from safetensors.torch import save_file
from transformers import AutoModelForCausalLM

BEGINNINGS = (32768, 131072)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("fixtures", type=Path)
    parser.add_argument("names", nargs="+")
    parser.add_argument("--long", type=int, default=0, help="tokens of the long prompt")
    args = parser.parse_args()
    torch.set_num_threads(1)
    torch.set_grad_enabled(False)
    for name in args.names:
        folder = args.fixtures / name
        model = AutoModelForCausalLM.from_pretrained(folder, dtype=torch.float32, attn_implementation="sdpa").eval()
        golden = json.loads((folder / "golden.json").read_text())
        prompt = torch.tensor(golden["prompt_ids"])
        tensors = {}
        for begin in BEGINNINGS:
            positions = torch.arange(begin, begin + len(prompt))[None]
            tensors[f"begin{begin}"] = model(prompt[None], position_ids=positions, use_cache=False).logits[0]
        if args.long:
            index = torch.arange(args.long, dtype=torch.int64)
            tokens = ((index * 2654435761) % 2**32 >> 16) % (model.config.get_text_config().vocab_size - 3) + 3
            tensors["long"] = model(tokens[None], use_cache=False, logits_to_keep=8).logits[0]
        save_file({key: value.contiguous() for key, value in tensors.items()}, folder / "far.safetensors")
        print(name, {key: list(value.shape) for key, value in tensors.items()})


if __name__ == "__main__":
    main()
