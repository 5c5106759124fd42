"""A tiny random model of any transformers family, with what transformers computes for it.

    python make_golden.py configs/olmo2.json OUT_FOLDER

Writes config.json, generation_config.json, model.safetensors, golden.json and golden.safetensors.
"""

import argparse
import json
from copy import deepcopy
from pathlib import Path

import torch
import transformers
from safetensors.torch import save_file
from transformers import AutoConfig, AutoModelForCausalLM, AutoModelForImageTextToText

from given_images import place_images
from older_config import as_version_4
from random_weights import fill, identities
from record import greedy, states

DTYPES = {"f32": torch.float32, "f16": torch.float16, "bf16": torch.bfloat16}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("config", type=Path)
    parser.add_argument("out", type=Path)
    parser.add_argument("--dtype", choices=DTYPES, default="bf16", help="storage type of the weights")
    parser.add_argument("--seed", type=int, default=1, help="first seed tried")
    parser.add_argument("--prompt", type=int, default=38, help="tokens in the prompt")
    parser.add_argument("--greedy", type=int, default=24, help="tokens generated")
    parser.add_argument("--layer-rows", type=int, default=8, help="last rows of the prompt whose layer states are kept")
    parser.add_argument("--images", nargs="*", default=[], metavar="AT:ROWS", help="images in the prompt, as given embeddings")
    parser.add_argument("--shards", default="50GB", metavar="SIZE", help="most bytes of one file of weights, such as 100KB")
    parser.add_argument("--v4", action="store_true", help="config.json with the keys of transformers 4")
    parser.add_argument("--note", default="")
    args = parser.parse_args()
    torch.set_num_threads(1)
    torch.set_grad_enabled(False)
    given = json.loads(args.config.read_text())
    config = AutoConfig.for_model(given.pop("model_type"), **given)
    for seed in range(args.seed, args.seed + 200):
        if write(config, args, seed):
            return
    raise SystemExit("No seed gave a text that is varied, without end tokens and without near ties.")


def write(config, args, seed: int) -> bool:
    generator = torch.Generator().manual_seed(seed)
    auto = AutoModelForImageTextToText if args.images else AutoModelForCausalLM
    model = auto.from_config(config, attn_implementation="eager", dtype=torch.float32).eval()
    # Other implementations want sizes of their own.
    model.set_experts_implementation("eager")
    text = config.get_text_config()
    fill(model, generator, logit_std=2.5)
    # Stored values, computed with in f32.
    for parameter in [*model.parameters(), *(b for name, b in model.named_buffers() if name.endswith("layer_scalar"))]:
        parameter.copy_(parameter.to(DTYPES[args.dtype]).float())
    prompt = torch.randint(3, text.vocab_size, (args.prompt,), generator=generator)
    images, call, listed = place_images(config, prompt, args.images, generator) if args.images else ({}, {}, [])
    # Dynamic RoPE remembers the longest text of earlier calls, so each text is read by a model of its own.
    tokens, margins, decoded = greedy(deepcopy(model), prompt, args.greedy, call)
    ends = text.eos_token_id if isinstance(text.eos_token_id, list) else [text.eos_token_id]
    # Greedy texts are compared exactly, so no step may be a near tie.
    if min(margins) < 0.02 or len(set(tokens)) < args.greedy // 2 or any(end in tokens for end in ends):
        return False

    seen = states(deepcopy(model), prompt, call)
    generated = deepcopy(model).generate(prompt[None], **call, max_new_tokens=args.greedy, do_sample=False, pad_token_id=0)
    sensitivity = {}
    for kind, value in identities(model).items():
        kept = {name: p.clone() for name, p in model.named_parameters() if name.endswith(kind)}
        for name, parameter in model.named_parameters():
            if name in kept:
                parameter.fill_(value)
        sensitivity[f"{kind} = {value:g}"] = round(float((deepcopy(model)(prompt[None], **call).logits[0] - seen["logits"]).abs().max()), 4)
        for name, parameter in model.named_parameters():
            if name in kept:
                parameter.copy_(kept[name])

    rows = list(range(args.prompt - args.layer_rows, args.prompt))
    tensors = {"decode_logits": decoded, **images}
    for name, value in seen.items():
        tensors[name] = value[..., rows, :] if name.startswith("layer") else value
    tensors = {name: value.contiguous().float() for name, value in tensors.items()}
    golden = {
        "name": args.out.name,
        "prompt_ids": prompt.tolist(),
        "greedy_tokens": tokens,
        "greedy_margins": [round(margin, 6) for margin in margins],
        "prompt_argmax": seen["logits"].argmax(-1).tolist(),
        "last_top5": seen["logits"][-1].topk(5).indices.tolist(),
        "layer_positions": rows,
        "tensors": {name: list(value.shape) for name, value in tensors.items()},
        "model_class": type(model).__name__,
        "model_type": config.model_type,
        "seed": seed,
        "storage_dtype": args.dtype,
        "transformers": transformers.__version__,
        "note": args.note,
        **({"embeddings": listed} if listed else {}),
        "hf_generate_matches": generated[0, args.prompt :].tolist() == tokens,
        "sensitivity": sensitivity,
    }
    args.out.mkdir(parents=True, exist_ok=True)
    # Towers stay behind: what they would give is given.
    kept = {name: p for name, p in model.to(DTYPES[args.dtype]).state_dict().items() if "vision_tower" not in name and "projector" not in name}
    model.save_pretrained(args.out, max_shard_size=args.shards, state_dict=kept)
    if args.v4:
        as_version_4(args.out / "config.json")
    save_file(tensors, args.out / "golden.safetensors")
    (args.out / "golden.json").write_text(json.dumps(golden, indent=1) + "\n")
    print(f"{args.out}: seed {seed}, smallest margin {min(margins):.3f}, logits' spread {float(seen['logits'].std()):.2f}")
    print("\n".join(f"  {kind} moves a logit by {change}" for kind, change in sensitivity.items()))
    return True


if __name__ == "__main__":
    main()
