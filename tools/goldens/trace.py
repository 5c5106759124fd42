"""What every module of a checkpoint gives in transformers, for `compare-traces` to hold against ours.

    python trace.py MODEL_FOLDER 1,403,407 OUT.safetensors

Writes f32 [tokens, width] under each module's name, `layer{i}` and `logits`; the arithmetic is float32 on the stored
weights. Ours: engine run MODEL_FOLDER --token-ids 1,403,407 --max-tokens 1 --logits OURS.safetensors --modules
"""

import sys

import torch
from safetensors.torch import save_file
from transformers import AutoModelForCausalLM


def main(folder: str, ids: str, out: str) -> None:
    torch.set_grad_enabled(False)
    model = AutoModelForCausalLM.from_pretrained(folder, dtype=torch.float32, attn_implementation="eager").eval()
    tokens = torch.tensor([[int(token) for token in ids.split(",")]])
    seen = {}

    def keep(name):
        def hook(_module, _inputs, output):
            value = output[0] if isinstance(output, tuple) else output
            if isinstance(value, torch.Tensor) and value.shape[:2] == tokens.shape:
                # Gemma's embedding module multiplies; ours is a step of its own.
                value = value / getattr(_module, "scalar_embed_scale", 1.0)
                seen[name] = value[0].reshape(tokens.shape[1], -1).float().contiguous().clone()

        return hook

    for name, module in model.named_modules():
        if next(module.parameters(recurse=False), None) is not None:
            module.register_forward_hook(keep(name))
    stack = next(module for name, module in model.named_modules() if name.split(".")[-1] == "layers")
    for index, layer in enumerate(stack):
        layer.register_forward_hook(keep(f"layer{index}"))
    seen["logits"] = model(tokens).logits[0].float().contiguous()
    save_file(seen, out)
    print(f"{out}: {len(seen)} traces of {tokens.shape[1]} tokens")


if __name__ == "__main__":
    if len(sys.argv) != 4:
        raise SystemExit(__doc__)
    main(*sys.argv[1:])
