"""Images in a prompt: random rows in the place of what a vision tower would give."""

import torch
from transformers.modeling_outputs import BaseModelOutputWithPooling


def place_images(config, prompt: torch.Tensor, places: list[str], generator) -> tuple[dict, dict, list]:
    """Puts placeholders at "AT:ROWS" of the prompt. Gives the tensors, what the first call takes, golden.json's list."""
    token = config.image_token_id
    hidden = config.get_text_config().hidden_size
    prompt[prompt == token] = token - 1
    kinds = torch.zeros_like(prompt)
    tensors, listed = {}, []
    for index, place in enumerate(places):
        at, rows = (int(number) for number in place.split(":"))
        prompt[at : at + rows] = token
        kinds[at : at + rows] = 1
        # Of a size with scaled text embeddings, and no row like another.
        tensors[f"image_embeds{index}"] = torch.randn(rows, hidden, generator=generator) * hidden**0.5
        listed.append({"tensor": f"image_embeds{index}", "at": at, "kind": "image"})
    features = list(tensors.values())
    image = BaseModelOutputWithPooling(pooler_output=torch.cat(features)[None] if config.model_type == "gemma3" else features)
    name = "token_type_ids" if config.model_type == "gemma3" else "mm_token_type_ids"
    call = {"mm_encoder_outputs": {"image": image}, name: kinds[None]}
    return tensors, call, listed
