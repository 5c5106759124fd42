"""What InternLM 1 computes, whose code transformers does not hold: its published remote code in plain PyTorch.

    python internlm.py GOLDEN_FOLDER                             # checks this file against a golden of type "origin"
    python internlm.py GOLDEN_FOLDER --out FOLDER --trained 34 --factor 2

The second form writes a golden with the first one's weights and `rotary` of type "dynamic": keys are cached unturned, and
each call turns all of them by the base that its text's whole length asks for (modeling_internlm.py, as published).
"""

import argparse
import json
import shutil
from pathlib import Path

import torch
from safetensors.torch import load_file, save_file


class InternLm:
    def __init__(self, config: dict, weights: dict):
        self.c, self.w = config, {name: value.float() for name, value in weights.items()}
        self.dim = config["hidden_size"] // config["num_attention_heads"]
        self.cache = [None] * config["num_hidden_layers"]

    def linear(self, x, name):
        y = x @ self.w[f"{name}.weight"].T
        return y + self.w[f"{name}.bias"] if f"{name}.bias" in self.w else y

    def norm(self, x, name):
        return self.w[f"{name}.weight"] * x * torch.rsqrt(x.pow(2).mean(-1, keepdim=True) + self.c["rms_norm_eps"])

    def angles(self, length: int):
        rotary, trained = self.c["rotary"], self.c["max_position_embeddings"]
        base = rotary["base"]
        if rotary["type"] == "dynamic" and length > trained:
            factor = rotary.get("scaling_factor", 1.0)
            base = base * ((factor * length / trained) - (factor - 1)) ** (self.dim / (self.dim - 2))
        inverse = 1.0 / (base ** (torch.arange(0, self.dim, 2).float() / self.dim))
        turned = torch.outer(torch.arange(length).float(), inverse)
        return torch.cat((turned, turned), -1).cos(), torch.cat((turned, turned), -1).sin()

    def attention(self, x, name, layer):
        split = lambda y: y.view(len(x), self.c["num_attention_heads"], self.dim).transpose(0, 1)
        q, k, v = (split(self.linear(x, f"{name}.{part}_proj")) for part in "qkv")
        if self.cache[layer] is not None:
            k, v = (torch.cat((old, new), 1) for old, new in zip(self.cache[layer], (k, v)))
        self.cache[layer] = (k, v)
        length, first = k.shape[1], k.shape[1] - len(x)
        cos, sin = self.angles(length)
        half = self.dim // 2
        turn = lambda y, c, s: y * c + torch.cat((-y[..., half:], y[..., :half]), -1) * s
        scores = turn(q, cos[first:], sin[first:]) @ turn(k, cos, sin).transpose(1, 2) / self.dim**0.5
        scores = scores.masked_fill(torch.ones(len(x), length, dtype=torch.bool).triu(first + 1), -torch.inf)
        return self.linear((scores.softmax(-1) @ v).transpose(0, 1).reshape(len(x), -1), f"{name}.o_proj")

    def __call__(self, tokens):
        x = self.w["model.embed_tokens.weight"][tokens]
        seen = {"embed": x}
        for i in range(self.c["num_hidden_layers"]):
            name = f"model.layers.{i}"
            x = x + self.attention(self.norm(x, f"{name}.input_layernorm"), f"{name}.self_attn", i)
            y = self.norm(x, f"{name}.post_attention_layernorm")
            gate = torch.nn.functional.silu(self.linear(y, f"{name}.mlp.gate_proj"))
            x = x + self.linear(gate * self.linear(y, f"{name}.mlp.up_proj"), f"{name}.mlp.down_proj")
            seen[f"layer{i}"] = x
        seen["final"] = self.norm(x, "model.norm")
        seen["logits"] = self.linear(seen["final"], "lm_head")
        return seen


def text(config, weights, prompt, count):
    """States of the prompt, greedy tokens, their margins, and the logits of all steps but the first."""
    model = InternLm(config, weights)
    seen = model(torch.tensor(prompt))
    row, tokens, margins, rows = seen["logits"][-1], [], [], []
    for _ in range(count):
        best = row.topk(2)
        tokens.append(int(best.indices[0]))
        margins.append(float(best.values[0] - best.values[1]))
        if len(tokens) < count:
            row = model(best.indices[:1])["logits"][-1]
            rows.append(row)
    return seen, tokens, margins, torch.stack(rows)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("golden", type=Path)
    parser.add_argument("--out", type=Path)
    parser.add_argument("--trained", type=int, default=34, help="max_position_embeddings")
    parser.add_argument("--factor", type=float, default=2.0)
    args = parser.parse_args()
    torch.set_num_threads(1)
    torch.set_grad_enabled(False)
    config = json.loads((args.golden / "config.json").read_text())
    golden = json.loads((args.golden / "golden.json").read_text())
    held = load_file(args.golden / "golden.safetensors")
    weights = load_file(args.golden / "model.safetensors")
    seen, tokens, _, rows = text(config, weights, golden["prompt_ids"], len(golden["greedy_tokens"]))
    off = max(float((seen["logits"] - held["logits"]).abs().max()), float((rows - held["decode_logits"]).abs().max()))
    print(f"{args.golden}: logits off by at most {off:.1e}, tokens equal: {tokens == golden['greedy_tokens']}")
    if not args.out:
        return
    config |= {"max_position_embeddings": args.trained}
    config["rotary"] = {"base": config["rotary"]["base"], "type": "dynamic", "scaling_factor": args.factor}
    generator = torch.Generator().manual_seed(1)
    while True:
        prompt = torch.randint(3, config["vocab_size"], (len(golden["prompt_ids"]),), generator=generator).tolist()
        seen, tokens, margins, rows = text(config, weights, prompt, len(tokens))
        ends = config["eos_token_id"] in tokens
        if min(margins) > 0.02 and len(set(tokens)) >= len(tokens) // 2 and not ends:
            break
    plain = text(config | {"rotary": {"base": config["rotary"]["base"], "type": "origin"}}, weights, prompt, len(tokens))
    kept = golden["layer_positions"]
    if kept == "all":
        kept = list(range(len(prompt)))
    tensors = {"decode_logits": rows} | {name: value[kept] if name.startswith("layer") else value for name, value in seen.items()}
    golden |= {
        "name": args.out.name,
        "prompt_ids": prompt,
        "greedy_tokens": tokens,
        "greedy_margins": [round(margin, 6) for margin in margins],
        "prompt_argmax": seen["logits"].argmax(-1).tolist(),
        "last_top5": seen["logits"][-1].topk(5).indices.tolist(),
        "layer_positions": kept,
        "tensors": {name: list(value.shape) for name, value in tensors.items()},
        "note": "published remote code in plain PyTorch (tools/goldens/internlm.py); keys are cached unturned and turned anew by each call",
        "sensitivity": {"rotary = origin": round(float((plain[0]["logits"] - seen["logits"]).abs().max()), 4)},
    }
    for key in ("quality", "full_vs_cached_max_diff", "hf_generate_matches", "seed"):
        golden.pop(key, None)
    args.out.mkdir(parents=True, exist_ok=True)
    save_file({name: value.contiguous() for name, value in tensors.items()}, args.out / "golden.safetensors")
    (args.out / "golden.json").write_text(json.dumps(golden, indent=1) + "\n")
    (args.out / "config.json").write_text(json.dumps(config, indent=2) + "\n")
    for name in ("generation_config.json", "model.safetensors"):
        shutil.copyfile(args.golden / name, args.out / name)
    print(f"{args.out}: smallest margin {min(margins):.3f}, type origin moves a logit by {golden['sensitivity']['rotary = origin']}")


if __name__ == "__main__":
    main()
