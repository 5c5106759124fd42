"""What a transformers model computes for one prompt: logits, states of its layers, and a greedy text."""

import torch


def states(model, prompt: torch.Tensor, given: dict) -> dict[str, torch.Tensor]:
    """Logits [T, V], `embed`, `layer{i}` and `final` [T, H] (parallel streams [n, T, H]) of one call over the whole prompt; `given` goes along."""
    seen: dict[str, torch.Tensor] = {}
    text = getattr(model.model, "language_model", model.model)
    layers = text.layers
    hooks = [layers[0].register_forward_pre_hook(lambda _, args, kwargs: seen.update(embed=first(args, kwargs)), with_kwargs=True)]
    for index, layer in enumerate(layers):
        hooks.append(layer.register_forward_hook(lambda _, __, out, name=f"layer{index}": seen.update({name: plain(out)})))
    hooks.append(text.norm.register_forward_hook(lambda _, __, out: seen.update(final=plain(out))))
    logits = model(prompt[None], **given).logits[0]
    for hook in hooks:
        hook.remove()
    return {"logits": logits, **{name: value[0] if value.dim() == 3 else value[:, 0] for name, value in seen.items()}}


def greedy(model, prompt: torch.Tensor, count: int, given: dict) -> tuple[list[int], list[float], torch.Tensor]:
    """`count` tokens with the cache, the gap of the two best logits at each, and the logits of all but the first."""
    out = model(prompt[None], use_cache=True, **given)
    tokens, margins, rows = [], [], []
    for step in range(count):
        row = out.logits[0, -1]
        best = row.topk(2)
        tokens.append(int(best.indices[0]))
        margins.append(float(best.values[0] - best.values[1]))
        if step > 0:
            rows.append(row)
        if step + 1 < count:
            out = model(best.indices[:1][None], past_key_values=out.past_key_values, use_cache=True)
    return tokens, margins, torch.stack(rows)


def first(args, kwargs):
    return plain(args[0] if args else kwargs["hidden_states"])


def plain(out):
    return (out[0] if isinstance(out, tuple) else out).detach()
