"""A config.json of transformers 5 with the keys of transformers 4."""

import json
from pathlib import Path

# Families whose kinds of layers version 4 derived from other keys.
DERIVED = ("qwen2", "qwen2_moe", "qwen3", "qwen3_moe")


def as_version_4(path: Path) -> None:
    config = json.loads(path.read_text())
    for part in (config, config.get("text_config")):
        if part:
            older(part)
    path.write_text(json.dumps(config, indent=2) + "\n")


def older(part: dict) -> None:
    if "dtype" in part:
        part["torch_dtype"] = part.pop("dtype")
    rope = part.pop("rope_parameters", None) or {}
    nested = {key: value for key, value in rope.items() if isinstance(value, dict)}
    if nested:
        part["rope_theta"] = nested["full_attention"]["rope_theta"]
        part["rope_local_base_freq"] = nested["sliding_attention"]["rope_theta"]
        rope = {key: value for key, value in nested["full_attention"].items() if key != "rope_theta"}
    else:
        part["rope_theta"] = rope.pop("rope_theta", 10000.0)
        if "partial_rotary_factor" in rope:
            part["partial_rotary_factor"] = rope.pop("partial_rotary_factor")
    part["rope_scaling"] = None if rope.get("rope_type", "default") == "default" else rope
    if part.get("model_type") in DERIVED:
        part.pop("layer_types", None)
