"""Random weights under which nothing in a model can hide."""

import torch


def fill(model: torch.nn.Module, generator: torch.Generator, logit_std: float) -> None:
    """Fills every parameter in place.

    Matrices keep the size of what passes through them. Norm weights and biases stay away from 1 and 0 and differ
    between channels, so that one that is left out, shared or swapped changes the logits.
    """

    def normal(shape: torch.Size) -> torch.Tensor:
        return torch.randn(shape, generator=generator)

    head = model.get_output_embeddings().weight
    table = model.get_input_embeddings().weight
    with torch.no_grad():
        for name, parameter in model.named_parameters():
            if parameter is head:
                # The final norm's rows have a size of about 1 per channel.
                parameter.copy_(normal(parameter.shape) * logit_std / parameter.shape[-1] ** 0.5)
            elif parameter is table:
                parameter.copy_(normal(parameter.shape))
            elif parameter.dim() > 1:
                parameter.copy_(normal(parameter.shape) * 1.3 / parameter.shape[-1] ** 0.5)
            elif name.endswith("bias"):
                parameter.copy_(normal(parameter.shape) * 0.4)
            else:
                sizes = 0.5 + 1.2 * torch.rand(parameter.shape, generator=generator)
                parameter.copy_(sizes)
        # Learned, though transformers calls them buffers.
        for name, scalar in model.named_buffers():
            if name.endswith("layer_scalar"):
                scalar.copy_(0.6 + 0.8 * torch.rand(scalar.shape, generator=generator))


def identities(model: torch.nn.Module) -> dict[str, float]:
    """The value at which each kind of one-dimensional parameter does nothing, by the end of its name."""
    kinds = {}
    for name, parameter in model.named_parameters():
        if parameter.dim() == 1:
            kinds[".".join(name.split(".")[-2:])] = 0.0 if name.endswith("bias") else 1.0
    return kinds
