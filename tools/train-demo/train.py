"""Trains the model on one core and writes the Hugging Face files.

    python train.py --corpus corpus.txt --out model --steps 2000

Every step sees the same number of tokens. With --minutes the schedule is cut short on a machine that is
too slow for the steps (and then, and only then, the result depends on the machine).
"""

import argparse
import math
import time
from pathlib import Path

import torch
import torch.nn.functional as F
from tokenizers import Tokenizer

from export import save
from grammar import SEPARATOR
from model import Config, Llama

VALIDATION_STORIES = 1000
# Rows grow as the training goes on, since short rows are cheaper: (until this part of it, length).
STAGES = [(0.4, 128), (0.9, 256), (1.0, 512)]


def encode(tokenizer, stories):
    """The ids of every story, as <s> … </s>."""
    eos = tokenizer.token_to_id("</s>")
    return [e.ids + [eos] for e in tokenizer.encode_batch(stories)]


def rows(stories, length):
    """Rows of length + 1 ids. A row that can hold a story begins with one, and the next row begins with the
    story that it cuts off; shorter rows follow one another without a gap."""
    if length < 256:
        ids = [i for story in stories for i in story]
        return torch.tensor([ids[i: i + length + 1] for i in range(0, len(ids) - length, length)])
    found, first = [], 0
    while first < len(stories):
        row, last = [], first
        while len(row) <= length and last < len(stories):
            row += stories[last]
            last += 1
        if len(row) <= length:
            break
        found.append(row[: length + 1])
        first = max(first + 1, last - 1)
    return torch.tensor(found)


def loss_of(model, batch):
    logits = model(batch[:, :-1])
    return F.cross_entropy(logits.reshape(-1, logits.shape[-1]), batch[:, 1:].reshape(-1))


@torch.no_grad()
def validate(model, data, batch):
    model.eval()
    losses = [loss_of(model, chunk).item() * len(chunk) for chunk in data.split(batch)]
    model.train()
    return sum(losses) / len(data)


def groups(model, decay, embedding_rate):
    """Weight decay for the matrices of the layers only; a lower rate for the embeddings, whose rare rows it shakes."""
    named = list(model.named_parameters())
    return [{"params": [p for name, p in named if p.dim() == 2 and "embed" not in name], "weight_decay": decay, "rate": 1.0},
            {"params": [p for _, p in named if p.dim() < 2], "weight_decay": 0.0, "rate": 1.0},
            {"params": [p for name, p in named if "embed" in name], "weight_decay": 0.0, "rate": embedding_rate}]


def rate(step, done, args):
    """A short warm-up, then a cosine down to a fiftieth as `done` goes from 0 to 1."""
    return args.lr * min(1.0, (step + 1) / args.warmup) * (0.02 + 0.98 * 0.5 * (1 + math.cos(math.pi * done)))


def batches(stories, length, count):
    """Shuffled batches without end; an epoch's incomplete last batch is left out."""
    data = rows(stories, length)
    while True:
        for chosen in torch.randperm(len(data)).split(count):
            if len(chosen) == count:
                yield data[chosen]


def main():
    args = argparse.ArgumentParser()
    args.add_argument("--corpus", required=True)
    args.add_argument("--out", required=True, help="the folder that holds tokenizer.json")
    args.add_argument("--steps", type=int, required=True)
    args.add_argument("--minutes", type=float, default=math.inf)
    args.add_argument("--tokens", type=int, default=1024, help="tokens in a step")
    args.add_argument("--length", type=int, default=512)
    args.add_argument("--embedding-rate", type=float, default=0.35)
    args.add_argument("--lr", type=float, default=3e-3)
    args.add_argument("--warmup", type=int, default=100)
    args.add_argument("--seed", type=int, default=7)
    args.add_argument("--log", type=int, default=25)
    args.add_argument("--validate-every", type=int, default=500)
    args = args.parse_args()

    torch.set_num_threads(1)
    torch.manual_seed(args.seed)
    torch.use_deterministic_algorithms(True)
    out = Path(args.out)
    tokenizer = Tokenizer.from_file(str(out / "tokenizer.json"))
    stories = Path(args.corpus).read_text("utf-8").split(SEPARATOR)
    train = encode(tokenizer, stories[:-VALIDATION_STORIES])
    held_out = rows(encode(tokenizer, stories[-VALIDATION_STORIES:]), args.length)
    model = Llama(Config(vocab_size=tokenizer.get_vocab_size()))
    parameters = sum(p.numel() for p in model.parameters())
    print(f"{parameters} parameters, {sum(map(len, train))} training tokens, {held_out[:, 1:].numel()} validation tokens",
          flush=True)

    optimizer = torch.optim.AdamW(groups(model, 0.1, args.embedding_rate), lr=args.lr, betas=(0.9, 0.98), eps=1e-8, foreach=True)
    stages = [(until, batches(train, length, args.tokens // length)) for until, length in STAGES]
    started, recent, step, done = time.time(), [], 0, 0.0
    while done < 1:
        for group in optimizer.param_groups:
            group["lr"] = group["rate"] * rate(step, done, args)
        loss = loss_of(model, next(next(data for until, data in stages if done < until)))
        optimizer.zero_grad(set_to_none=True)
        loss.backward()
        torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
        optimizer.step()
        step += 1
        seconds = time.time() - started
        done = max(step / args.steps, seconds / 60 / args.minutes)
        recent = (recent + [loss.item()])[-100:]
        if step % args.log == 0:
            print(f"step {step}/{args.steps} loss {sum(recent[-args.log:]) / args.log:.4f} "
                  f"{step * args.tokens / seconds:.0f} tokens/s {seconds / 60:.1f} min", flush=True)
        if step % args.validate_every == 0 and done < 1:
            print(f"validation loss {validate(model, held_out[:32], 4):.4f}", flush=True)
            save(model, out)
    save(model, out)
    minutes = (time.time() - started) / 60
    print(f"done: {step} steps, last {len(recent)} train losses {sum(recent) / len(recent):.4f}, "
          f"validation loss {validate(model, held_out, 4):.4f}, {minutes:.1f} min", flush=True)


if __name__ == "__main__":
    main()
