"""Continues prompts with the saved model, every step computed anew from all the tokens.

    python sample.py --model model "Once upon a time"             greedy, and sampled with the saved settings
    python sample.py --model model --golden golden.json           writes the golden greedy continuations
    python sample.py --model model --golden g.json --transformers the same, by Hugging Face's model
"""

import argparse
import json
from pathlib import Path

import torch
from tokenizers import Tokenizer

from export import EOS_ID, load

# Beginnings whose greedy continuations meet no near tie, so that another order of additions changes nothing.
GOLDEN_PROMPTS = ["Once upon a time, there was a little boy", "One day, a little fox named Pip", "Long ago, in a green valley"]


def own_model(folder):
    model = load(folder, torch.float32)
    return lambda ids: model(torch.tensor([ids]))[0, -1]


def transformers_model(folder):
    from transformers import AutoModelForCausalLM
    model = AutoModelForCausalLM.from_pretrained(folder, dtype=torch.float32).eval()
    return lambda ids: model(torch.tensor([ids]), use_cache=False).logits[0, -1]


def pick(logits, settings):
    """Greedy without settings; otherwise temperature, then top-p."""
    if settings is None:
        return int(logits.argmax())
    chances, order = (logits / settings["temperature"]).softmax(-1).sort(descending=True)
    chances = chances * (chances.cumsum(-1) - chances < settings["top_p"])
    return int(order[torch.multinomial(chances, 1)])


@torch.no_grad()
def generate(step, ids, count, settings=None, stop=True):
    new = []
    while len(new) < count:
        new.append(pick(step(ids + new), settings))
        if stop and new[-1] == EOS_ID:
            break
    return new


def golden(step, tokenizer, count):
    cases = []
    for prompt in GOLDEN_PROMPTS:
        ids = tokenizer.encode(prompt).ids
        new = generate(step, ids, count, stop=False)
        cases.append({"prompt": prompt, "prompt_ids": ids, "greedy_ids": new, "text": tokenizer.decode(new)})
    return cases


def main():
    args = argparse.ArgumentParser()
    args.add_argument("--model", required=True)
    args.add_argument("--golden")
    args.add_argument("--transformers", action="store_true")
    args.add_argument("--tokens", type=int)
    args.add_argument("--seed", type=int, default=7)
    args.add_argument("--samples", type=int, default=1)
    args.add_argument("prompts", nargs="*", default=["Once upon a time"])
    args = args.parse_args()
    torch.set_num_threads(1)
    torch.manual_seed(args.seed)
    tokenizer = Tokenizer.from_file(str(Path(args.model) / "tokenizer.json"))
    step = transformers_model(args.model) if args.transformers else own_model(args.model)
    if args.golden:
        cases = golden(step, tokenizer, args.tokens or 60)
        Path(args.golden).write_text(json.dumps(cases, indent=1) + "\n")
        return
    settings = json.loads((Path(args.model) / "generation_config.json").read_text())
    for prompt in args.prompts:
        ids = tokenizer.encode(prompt).ids
        for way in [None] + [settings] * args.samples:
            print("greedy:" if way is None else "sampled:", prompt + tokenizer.decode(generate(step, ids, args.tokens or 400, way)), "\n")


if __name__ == "__main__":
    main()
