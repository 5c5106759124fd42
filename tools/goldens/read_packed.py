"""What transformers makes of a quantized folder: python read_packed.py FOLDER PLAIN [TOKENS].

FOLDER is what `engine quantize` wrote, PLAIN the same written again as fp32 (`engine quantize FOLDER PLAIN --type
fp32`), which is this project's own reading of it. Prints the largest difference of their logits over random tokens.
Needs the PyPI package compressed-tensors. Ends with 1 where they differ by more than rounding.
"""

import sys

import torch
from transformers import AutoModelForCausalLM


def main(folder, plain, count=64):
    models = [AutoModelForCausalLM.from_pretrained(path, dtype=torch.float32).eval() for path in (folder, plain)]
    torch.manual_seed(0)
    tokens = torch.randint(3, models[0].config.get_text_config().vocab_size, (1, int(count)))
    with torch.no_grad():
        packed, ours = (model(tokens).logits for model in models)
    difference, size = (packed - ours).abs().max().item(), ours.abs().max().item()
    print(f"largest difference {difference:.3g}, largest logit {size:.3g}")
    return 0 if difference <= 1e-5 * size else 1


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
