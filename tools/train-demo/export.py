"""Writes and reads the Hugging Face files: config.json, generation_config.json, model.safetensors."""

import json
from dataclasses import fields
from pathlib import Path

import torch
from safetensors.torch import load_file, save_file

from model import Config, Llama

BOS_ID, EOS_ID = 0, 1


def config_json(c):
    return {
        "architectures": ["LlamaForCausalLM"], "attention_bias": False, "attention_dropout": 0.0,
        "bos_token_id": BOS_ID, "eos_token_id": EOS_ID, "head_dim": c.head_dim, "hidden_act": "silu",
        "hidden_size": c.hidden_size, "initializer_range": c.initializer_range,
        "intermediate_size": c.intermediate_size, "max_position_embeddings": c.max_position_embeddings,
        "mlp_bias": False, "model_type": "llama", "num_attention_heads": c.num_attention_heads,
        "num_hidden_layers": c.num_hidden_layers, "num_key_value_heads": c.num_key_value_heads,
        "pretraining_tp": 1, "rms_norm_eps": c.rms_norm_eps, "rope_scaling": None, "rope_theta": c.rope_theta,
        "tie_word_embeddings": True, "torch_dtype": "bfloat16", "transformers_version": "4.57.0",
        "use_cache": True, "vocab_size": c.vocab_size,
    }


def write_json(path, value):
    path.write_text(json.dumps(value, indent=2) + "\n")


def save(model, out):
    out = Path(out)
    write_json(out / "config.json", config_json(model.c))
    write_json(out / "generation_config.json", {"bos_token_id": BOS_ID, "eos_token_id": EOS_ID, "do_sample": True,
                                                "temperature": 0.8, "top_p": 0.95})
    weights = {name: weight.detach().to(torch.bfloat16).contiguous() for name, weight in model.state_dict().items()}
    save_file(weights, str(out / "model.safetensors"), metadata={"format": "pt"})


def load(folder, dtype=torch.float32):
    """The saved model: the weights as they were rounded to bfloat16, the mathematics in `dtype`."""
    folder = Path(folder)
    saved = json.loads((folder / "config.json").read_text())
    model = Llama(Config(**{f.name: saved[f.name] for f in fields(Config)}))
    model.load_state_dict(load_file(str(folder / "model.safetensors")))
    return model.to(dtype).eval()
