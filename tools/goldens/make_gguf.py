"""Writes golden fixtures as GGUF, as llama.cpp's converter does: its names, keys, row orders and stored forms.

    python tools/goldens/make_gguf.py packages/conformance/fixtures OUT [NAME...]

What the converter leaves out (a window of Mistral or Qwen 2, dynamic rotation) is left out here too; where a tiny
fixture differs from published models in something the format only states by their size, the key that llama.cpp
knows for it is written. Needs requirements-gguf.txt only.
"""

import argparse
import json
import math
import sys
from pathlib import Path

import gguf
import numpy as np
from checkpoint import Checkpoint, Stored
from gguf_delta import write_delta

TYPES = {"BF16": gguf.GGMLQuantizationType.BF16, "F16": gguf.GGMLQuantizationType.F16, "F32": gguf.GGMLQuantizationType.F32}

ATTENTION = {
    "self_attn.q_proj": "attn_q", "self_attn.k_proj": "attn_k", "self_attn.v_proj": "attn_v",
    "self_attn.o_proj": "attn_output", "self_attn.q_norm": "attn_q_norm", "self_attn.k_norm": "attn_k_norm",
}  # fmt: skip
MLP = {"mlp.gate_proj": "ffn_gate", "mlp.up_proj": "ffn_up", "mlp.down_proj": "ffn_down"}
LLAMA = {**ATTENTION, **MLP, "input_layernorm": "attn_norm", "post_attention_layernorm": "ffn_norm"}
MIXTURE = {
    "mlp.gate": "ffn_gate_inp", "block_sparse_moe.gate": "ffn_gate_inp",
    "mlp.shared_expert_gate": "ffn_gate_inp_shexp", "mlp.shared_expert.gate_proj": "ffn_gate_shexp",
    "mlp.shared_expert.up_proj": "ffn_up_shexp", "mlp.shared_expert.down_proj": "ffn_down_shexp",
}  # fmt: skip
DELTA = {
    "linear_attn.in_proj_qkv": "attn_qkv", "linear_attn.in_proj_z": "attn_gate", "linear_attn.in_proj_ba": "ssm_ba",
    "linear_attn.in_proj_a": "ssm_alpha", "linear_attn.in_proj_b": "ssm_beta", "linear_attn.conv1d": "ssm_conv1d",
    "linear_attn.norm": "ssm_norm", "linear_attn.out_proj": "ssm_out",
}  # fmt: skip
GEMMA = {
    **ATTENTION, **MLP, "input_layernorm": "attn_norm", "post_attention_layernorm": "post_attention_norm",
    "pre_feedforward_layernorm": "ffn_norm", "post_feedforward_layernorm": "post_ffw_norm",
    "per_layer_input_gate": "inp_gate", "per_layer_projection": "proj", "post_per_layer_input_norm": "post_norm",
}  # fmt: skip
GEMMA_3N = {
    **GEMMA, "altup.correction_coefs": "altup_correct_coef", "altup.prediction_coefs": "altup_predict_coef",
    "altup.modality_router": "altup_router", "altup.router_norm": "altup_router_norm",
    "laurel.linear_left": "laurel_l", "laurel.linear_right": "laurel_r", "laurel.post_laurel_norm": "laurel_post_norm",
}  # fmt: skip
GEMMA_4 = {
    **GEMMA, "pre_feedforward_layernorm_2": "pre_ffw_norm_2", "post_feedforward_layernorm_1": "post_ffw_norm_1",
    "post_feedforward_layernorm_2": "post_ffw_norm_2", "router.proj": "ffn_gate_inp",
}  # fmt: skip
GLM = {
    **ATTENTION, "input_layernorm": "attn_norm", "post_attention_layernorm": "ffn_norm", "mlp.gate_up_proj": "ffn_up",
    "mlp.down_proj": "ffn_down", "post_self_attn_layernorm": "post_attention_norm", "post_mlp_layernorm": "post_ffw_norm",
}  # fmt: skip
CHATGLM = {
    "self_attention.query_key_value": "attn_qkv", "self_attention.dense": "attn_output", "input_layernorm": "attn_norm",
    "post_attention_layernorm": "ffn_norm", "mlp.dense_h_to_4h": "ffn_up", "mlp.dense_4h_to_h": "ffn_down",
}  # fmt: skip
INTERNLM_2 = {
    "attention_norm": "attn_norm", "ffn_norm": "ffn_norm", "attention.wo": "attn_output",
    "feed_forward.w1": "ffn_gate", "feed_forward.w3": "ffn_up", "feed_forward.w2": "ffn_down",
}  # fmt: skip
GLOBAL = {
    "embed_tokens": "token_embd", "norm": "output_norm", "lm_head": "output",
    "embed_tokens_per_layer": "per_layer_token_embd", "per_layer_model_projection": "per_layer_model_proj",
    "per_layer_projection_norm": "per_layer_proj_norm",
    "tok_embeddings": "token_embd", "output": "output",
    "embedding.word_embeddings": "token_embd", "encoder.final_layernorm": "output_norm", "output_layer": "output",
}  # fmt: skip

# model_type: general.architecture, layer names, what is stored otherwise.
KINDS = {
    "llama": ("llama", LLAMA, {"pairs"}),
    "mistral": ("llama", LLAMA, {"pairs"}),
    "internlm3": ("llama", LLAMA, {"pairs"}),
    "mixtral": ("llama", {**LLAMA, **MIXTURE}, {"pairs"}),
    "ministral3": ("mistral3", LLAMA, {"pairs"}),
    "qwen2": ("qwen2", LLAMA, set()),
    "qwen2_moe": ("qwen2moe", {**LLAMA, **MIXTURE}, set()),
    "qwen3": ("qwen3", LLAMA, set()),
    "qwen3_moe": ("qwen3moe", {**LLAMA, **MIXTURE}, set()),
    "qwen3_next": ("qwen3next", {**LLAMA, **MIXTURE, **DELTA, "post_attention_layernorm": "post_attention_norm"}, {"plus_one", "delta"}),
    "qwen3_5_text": ("qwen35", {**LLAMA, **MIXTURE, **DELTA, "post_attention_layernorm": "post_attention_norm"}, {"plus_one", "delta", "tiled"}),
    "qwen3_5_moe_text": ("qwen35moe", {**LLAMA, **MIXTURE, **DELTA, "post_attention_layernorm": "post_attention_norm"}, {"plus_one", "delta", "tiled"}),
    "gemma3_text": ("gemma3", GEMMA, {"plus_one"}),
    "gemma3n_text": ("gemma3n", GEMMA_3N, set()),
    "gemma4_text": ("gemma4", GEMMA_4, set()),
    "gemma4_unified_text": ("gemma4", GEMMA_4, set()),
    "glm": ("chatglm", GLM, set()),
    "glm4": ("glm4", GLM, set()),
    "chatglm": ("chatglm", CHATGLM, set()),
    "baichuan": ("baichuan", LLAMA, {"pairs"}),
    "internlm2": ("internlm2", INTERNLM_2, {"pairs"}),
}  # fmt: skip
# Kept in f32 although they are matrices.
FLOATS = ("ffn_gate_inp", "ssm_conv1d", "altup_correct_coef", "altup_predict_coef")


def permuted(w: Stored, heads: int) -> Stored:
    """Rows of each head from halves apart to pairs side by side."""
    rows = w.array.shape[0] // heads
    order = np.arange(w.array.shape[0]).reshape(heads, 2, rows // 2).swapaxes(1, 2).reshape(-1)
    return w.rows(order)


def tiled(count: int, key_heads: int, width: int) -> np.ndarray:
    """Order of rows that puts value heads of one key head apart."""
    return np.arange(count).reshape(key_heads, -1, width).swapaxes(0, 1).reshape(-1)


class Writer:
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

    # -- keys

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

    # -- tensors

    def f32_tensor(self, name: str, values: np.ndarray) -> None:
        self.out.add_tensor(name, np.ascontiguousarray(values, np.float32))

    def tensor(self, name: str, w: Stored) -> None:
        if name.endswith("norm.weight") and "plus_one" in self.ways and "ssm_norm" not in name:
            return self.f32_tensor(name, w.floats() + np.float32(1))
        if w.array.ndim < 2 or any(part in name for part in FLOATS):
            return self.f32_tensor(name, w.floats())
        self.out.add_tensor(name, w.bytes(), raw_dtype=TYPES[w.dtype])

    def tensors(self) -> None:
        read = dict(self.source.tensors)
        text = "model.language_model." if any(n.startswith("model.language_model.") for n in read) else "model."
        if self.type == "chatglm":
            text = "transformer."
        layers = f"{text}encoder.layers." if self.type == "chatglm" else f"{text}layers."
        for name, w in read.items():
            if "rotary" in name:
                continue
            short = name.removeprefix(text)
            stem, _, leaf = short.rpartition(".")
            if name.startswith(layers):
                number, _, rest = name.removeprefix(layers).partition(".")
                self.layer(int(number), rest, w)
            elif stem in GLOBAL:
                if stem == "lm_head" and self.config.get("z_loss_weight") is not None:
                    # Users of Baichuan 2 give the head's rows unit length before they convert it.
                    rows = w.floats()
                    length = np.maximum(np.sqrt((rows * rows).sum(axis=1, keepdims=True)), 1e-12)
                    self.out.add_tensor("output.weight", np.ascontiguousarray(rows / length, np.float32))
                else:
                    self.tensor(f"{GLOBAL[stem]}.{leaf}", w)
            elif not stem.startswith("altup"):
                raise SystemExit(f"{self.type}: no name for {name}")
        for ours, theirs in (("altup_projections", "altup_proj"), ("altup_unembed_projections", "altup_unembd_proj")):
            parts = [read[f"{text}{ours}.{i}.weight"] for i in range(8) if f"{text}{ours}.{i}.weight" in read]
            if parts:
                self.tensor(f"{theirs}.weight", Stored.stack(parts))

    def layer(self, i: int, rest: str, w: Stored) -> None:
        stem, _, leaf = rest.rpartition(".")
        out = lambda name, x: self.tensor(f"blk.{i}.{name}", x)  # noqa: E731
        if "experts" in rest:
            return self.expert(i, rest, w)
        if self.arch == "gemma4" and rest in ("layer_scalar", "router.scale", "router.per_expert_scale"):
            names = {"layer_scalar": "layer_output_scale.weight", "router.scale": "ffn_gate_inp.scale"}
            return out(names.get(rest, "ffn_down_exps.scale"), w)
        if rest == "altup.correct_output_scale":
            return out("altup_correct_scale.weight", w)
        if stem == "self_attn.W_pack":
            q, k, v = (w.rows(np.arange(w.array.shape[0]).reshape(3, -1)[part]) for part in range(3))
            out("attn_q.weight", permuted(q, self.heads))
            out("attn_k.weight", permuted(k, self.heads))
            return out("attn_v.weight", v)
        if stem == "attention.wqkv":
            queries = self.heads // self.kv_heads
            order = np.arange(w.array.shape[0]).reshape(self.kv_heads, queries + 2, -1)
            out(f"attn_q.{leaf}", permuted(w.rows(order[:, :queries].reshape(-1)), self.heads))
            out(f"attn_k.{leaf}", permuted(w.rows(order[:, queries].reshape(-1)), self.kv_heads))
            return out(f"attn_v.{leaf}", w.rows(order[:, queries + 1].reshape(-1)))
        if "linear_attn" in rest:
            return self.delta(i, stem, leaf, w)
        if stem in ("self_attn.q_proj", "self_attn.k_proj") and "pairs" in self.ways:
            w = permuted(w, self.heads if "q_proj" in stem else self.kv_heads)
        if stem not in self.layer_names:
            raise SystemExit(f"{self.type}: no name for layer part {rest}")
        out(f"{self.layer_names[stem]}.{leaf}", w)

    def expert(self, i: int, rest: str, w: Stored) -> None:
        out = lambda name, x: self.tensor(f"blk.{i}.{name}_exps.weight", x)  # noqa: E731
        if rest.endswith("gate_up_proj"):
            if self.arch == "gemma4":
                return out("ffn_gate_up", w)
            half = w.array.shape[1] // 2
            out("ffn_gate", w.part(np.s_[:, :half]))
            return out("ffn_up", w.part(np.s_[:, half:]))
        if rest.endswith("experts.down_proj"):
            return out("ffn_down", w)
        # Stored one by one: all of a kind are written with the first.
        before, _, after = rest.partition(".experts.")
        number, _, name = after.partition(".")
        if number != "0":
            return None
        kinds = {"w1": "ffn_gate", "w2": "ffn_down", "w3": "ffn_up", "gate_proj": "ffn_gate", "down_proj": "ffn_down", "up_proj": "ffn_up"}
        prefix = next(n for n in self.source.tensors if n.endswith(f"layers.{i}.{rest}")).removesuffix(f"0.{name}")
        count = self.get("num_local_experts", "num_experts")
        out(kinds[name.partition(".")[0]], Stored.stack([self.source.tensors[f"{prefix}{e}.{name}"] for e in range(count)]))

    def delta(self, i: int, stem: str, leaf: str, w: Stored) -> None:
        c = self.config
        keys, values = c["linear_num_key_heads"], c["linear_num_value_heads"]
        key_dim, value_dim = c["linear_key_head_dim"], c["linear_value_head_dim"]
        first = 2 * keys * key_dim
        out = lambda name, x: self.tensor(f"blk.{i}.{name}", x)  # noqa: E731

        def reordered(x: Stored, width: int, begin: int = 0) -> Stored:
            if "tiled" not in self.ways:
                return x
            order = np.concatenate([np.arange(begin), begin + tiled(x.array.shape[0] - begin, keys, width)])
            return x.rows(order)

        if leaf == "A_log":
            return self.f32_tensor(f"blk.{i}.ssm_a", -np.exp(reordered(w, 1).floats()))
        if leaf == "dt_bias":
            return out("ssm_dt.bias", reordered(w, 1))
        name = stem.removeprefix("linear_attn.")
        if name == "conv1d":
            return out("ssm_conv1d.weight", reordered(Stored(w.array.squeeze(1), w.dtype), value_dim, first))
        if name == "in_proj_qkvz":
            each = values // keys * value_dim
            order = np.arange(w.array.shape[0]).reshape(keys, -1)
            parts = np.split(order, [key_dim, 2 * key_dim, 2 * key_dim + each], axis=1)
            out("attn_qkv.weight", w.rows(np.concatenate([part.reshape(-1) for part in parts[:3]])))
            return out("attn_gate.weight", w.rows(parts[3].reshape(-1)))
        if name == "in_proj_qkv":
            w = reordered(w, value_dim, first)
        elif name == "in_proj_z":
            w = reordered(w, value_dim)
        elif name in ("in_proj_a", "in_proj_b"):
            w = reordered(w, 1)
        elif name == "out_proj" and "tiled" in self.ways:
            w = w.part(np.s_[:, tiled(w.array.shape[1], keys, value_dim)])
        out(f"{DELTA[stem]}.{leaf}", w)

    def write(self) -> None:
        self.keys()
        self.tensors()
        self.out.write_header_to_file()
        self.out.write_kv_data_to_file()
        self.out.write_tensors_to_file()
        self.out.close()


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


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("fixtures", type=Path)
    parser.add_argument("out", type=Path)
    parser.add_argument("names", nargs="*")
    parser.add_argument("--deltas", type=Path, help="also writes what is not in the fixture's own files to this folder")
    args = parser.parse_args()
    args.out.mkdir(parents=True, exist_ok=True)
    for folder in sorted(args.fixtures.iterdir()):
        if args.names and folder.name not in args.names:
            continue
        checkpoint = Checkpoint(folder)
        config = checkpoint.config
        kind = config.get("text_config", config)["model_type"]
        if kind not in KINDS:
            print(f"{folder.name}: llama.cpp has no converter for {kind}", file=sys.stderr)
            continue
        path = args.out / f"{folder.name}.gguf"
        Writer(checkpoint, path).write()
        if args.deltas:
            args.deltas.mkdir(parents=True, exist_ok=True)
            write_delta(checkpoint, path, args.deltas / f"{folder.name}.delta")


if __name__ == "__main__":
    main()
