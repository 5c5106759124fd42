"""The keys llama.cpp's converter writes for a model."""

import math
from pathlib import Path

import gguf
import numpy as np
from checkpoint import Checkpoint
from gguf_names import KINDS


class KeyWriter:
    def __init__(self, checkpoint: Checkpoint, path: Path):
        self.source = checkpoint
        config = checkpoint.config
        self.outer = config
        self.config = {**config, **config.get("text_config", {})}
        self.type = self.config["model_type"]
        self.arch, self.layer_names, self.ways = KINDS[self.type]
        self.out = gguf.GGUFWriter(path, self.arch)
        self.layers = self.get("num_hidden_layers", "num_layers")
        self.hidden = self.config["hidden_size"]
        self.heads = self.config["num_attention_heads"]
        self.kv_heads = self.get("num_key_value_heads", "multi_query_group_num", default=self.heads)
        self.head_dim = self.get("head_dim", "kv_channels", default=self.hidden // self.heads)

    def get(self, *keys, default=None):
        return next((self.config[key] for key in keys if self.config.get(key) is not None), default)

    def u32(self, key: str, value) -> None:
        if value is not None:
            self.out.add_uint32(f"{self.arch}.{key}", int(value))

    def f32(self, key: str, value) -> None:
        if value is not None:
            self.out.add_float32(f"{self.arch}.{key}", float(value))

    def list(self, key: str, values) -> None:
        self.out.add_array(f"{self.arch}.{key}", list(values))

    def keys(self) -> None:
        self.u32("block_count", self.layers)
        self.u32("context_length", self.get("max_position_embeddings", "seq_length", "model_max_length"))
        self.u32("embedding_length", self.hidden)
        width = self.get("intermediate_size", "ffn_hidden_size")
        self.list("feed_forward_length", width) if isinstance(width, list) else self.u32("feed_forward_length", width)
        self.u32("attention.head_count", self.heads)
        self.f32("attention.layer_norm_rms_epsilon", self.get("rms_norm_eps", "layernorm_epsilon"))
        if self.config.get("head_dim") is not None and self.arch != "gemma4":
            self.u32("attention.key_length", self.head_dim)
            self.u32("attention.value_length", self.head_dim)
        self.rotation()
        self.mixture()
        self.special()
        # Word by word the ids of the fixtures: the vocabulary is there so that ids can be looked up by name.
        self.vocabulary()

    def rotation(self) -> None:
        rope = self.get("rope_parameters", "rope_scaling", default={})
        sliding = rope.get("sliding_attention", {})
        rope = rope.get("full_attention", rope)
        theta = rope.get("rope_theta", self.config.get("rope_theta"))
        if self.type == "chatglm":
            theta = 10000 * self.config.get("rope_ratio", 1)
        self.f32("rope.freq_base", theta)
        self.f32("rope.freq_base_swa", sliding.get("rope_theta", self.config.get("rope_local_base_freq")))
        kind = rope.get("rope_type", rope.get("type"))
        if kind in ("linear", "yarn"):
            self.out.add_string(f"{self.arch}.rope.scaling.type", kind)
            self.f32("rope.scaling.factor", rope.get("factor"))
        if kind == "yarn":
            self.u32("rope.scaling.original_context_length", rope.get("original_max_position_embeddings"))
            for key in ("beta_fast", "beta_slow"):
                self.f32(f"rope.scaling.yarn_{key}", rope.get(key))
            self.f32("rope.scaling.yarn_attn_factor", rope.get("attention_factor"))
        if self.type == "ministral3":
            self.f32("rope.scaling.yarn_log_multiplier", rope["mscale_all_dim"])
            self.f32("attention.temperature_scale", rope["llama_4_scaling_beta"])
        if kind == "llama3":
            self.f32_tensor("rope_freqs.weight", llama3_factors(rope, theta, self.head_dim))
        if kind == "longrope":
            self.out.add_string(f"{self.arch}.rope.scaling.type", kind)
            original = rope.get("original_max_position_embeddings") or self.config["original_max_position_embeddings"]
            factor = rope.get("factor") or self.config["max_position_embeddings"] / original
            attention = rope.get("attention_factor") or math.sqrt(1 + math.log(factor) / math.log(original))
            self.u32("rope.scaling.original_context_length", original)
            self.f32("rope.scaling.attn_factor", attention)
            for name in ("long", "short"):
                self.f32_tensor(f"rope_factors_{name}.weight", np.array(rope[f"{name}_factor"], np.float32))
        share = {"glm": 0.5, "glm4": 0.5, "chatglm": 0.5}.get(self.type, 0.25 if "delta" in self.ways else 1)
        share = rope.get("partial_rotary_factor", self.config.get("partial_rotary_factor", share))
        if self.arch not in ("gemma3", "gemma3n", "gemma4", "qwen2", "qwen3", "qwen2moe", "qwen3moe"):
            self.u32("rope.dimension_count", self.head_dim * share)

    def mixture(self) -> None:
        experts = self.get("num_local_experts", "num_experts")
        if not experts:
            return
        self.u32("expert_count", experts)
        self.u32("expert_used_count", self.get("num_experts_per_tok", "top_k_experts"))

    def special(self) -> None:
        c = self.config
        heads = [self.kv_heads]
        if self.arch.startswith("gemma"):
            types = c["layer_types"]
            self.u32("attention.sliding_window", c["sliding_window"])
            self.out.add_array(f"{self.arch}.attention.sliding_window_pattern", [t == "sliding_attention" for t in types])
            self.f32("final_logit_softcapping", c.get("final_logit_softcapping"))
            self.u32("attention.shared_kv_layers", c.get("num_kv_shared_layers"))
            self.u32("embedding_length_per_layer_input", c.get("hidden_size_per_layer_input"))
        if self.arch == "gemma4":
            full = c.get("global_head_dim") or self.head_dim
            for name in ("key", "value"):
                self.u32(f"attention.{name}_length", full)
                self.u32(f"attention.{name}_length_swa", self.head_dim)
            self.u32("rope.dimension_count", full)
            self.u32("rope.dimension_count_swa", self.head_dim)
            share = c["rope_parameters"]["full_attention"]["partial_rotary_factor"]
            turning = int(full * share / 2)
            self.f32_tensor("rope_freqs.weight", np.array([1.0] * turning + [1e30] * (full // 2 - turning), np.float32))
            if c.get("num_global_key_value_heads"):
                heads = [self.kv_heads if t == "sliding_attention" else c["num_global_key_value_heads"] for t in types]
        if self.arch == "gemma3n":
            self.u32("altup.active_idx", c["altup_active_idx"])
            self.u32("altup.num_inputs", c["altup_num_inputs"])
            self.list("activation_sparsity_scale", [quantile(share) for share in c["activation_sparsity_pattern"]])
        if "delta" in self.ways:
            self.u32("ssm.conv_kernel", c["linear_conv_kernel_dim"])
            self.u32("ssm.state_size", c["linear_key_head_dim"])
            self.u32("ssm.group_count", c["linear_num_key_heads"])
            self.u32("ssm.time_step_rank", c["linear_num_value_heads"])
            self.u32("ssm.inner_size", c["linear_value_head_dim"] * c["linear_num_value_heads"])
            self.list("attention.recurrent_layers", [t == "linear_attention" for t in c["layer_types"]])
        if self.arch == "baichuan" and "max_position_embeddings" not in c:
            self.f32("attention.max_alibi_bias", 8)
        if len(heads) > 1:
            self.list("attention.head_count_kv", heads)
        else:
            self.u32("attention.head_count_kv", heads[0])

    def vocabulary(self) -> None:
        names = {"image_token_id": "<|image|>", "audio_token_id": "<|audio|>", "video_token_id": "<|video|>"}
        at = {self.outer[key]: name for key, name in names.items() if key in self.outer}
        self.out.add_tokenizer_model("none")
        if at:
            self.out.add_token_list([at.get(i, f"t{i}") for i in range(self.config["vocab_size"])])

    def f32_tensor(self, name: str, values: np.ndarray) -> None:
        self.out.add_tensor(name, np.ascontiguousarray(values, np.float32))


def llama3_factors(rope: dict, theta: float, dim: int) -> np.ndarray:
    """What each pair's speed is divided by."""
    low = rope["original_max_position_embeddings"] / rope["low_freq_factor"]
    high = rope["original_max_position_embeddings"] / rope["high_freq_factor"]
    factors = []
    for speed in 1.0 / theta ** (np.arange(0, dim, 2, dtype=np.float32) / np.float32(dim)):
        wave = 2 * math.pi / float(speed)
        if wave < high:
            factors.append(1.0)
        elif wave > low:
            factors.append(rope["factor"])
        else:
            smooth = (rope["original_max_position_embeddings"] / wave - rope["low_freq_factor"]) / (rope["high_freq_factor"] - rope["low_freq_factor"])
            factors.append(1 / ((1 - smooth) / rope["factor"] + smooth))
    return np.array(factors, np.float32)


def quantile(share: float) -> float:
    """Of the standard normal distribution."""
    if share <= 0:
        return -math.inf
    if share == 0.5:
        return 0.0
    low, high = -10.0, 10.0
    for _ in range(80):
        middle = (low + high) / 2
        low, high = (middle, high) if 0.5 * math.erfc(-middle / math.sqrt(2)) < share else (low, middle)
    return (low + high) / 2
