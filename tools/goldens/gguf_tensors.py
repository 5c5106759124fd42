"""The tensors llama.cpp's converter writes for a model: under its names, in its orders of rows, in its forms."""

import gguf
import numpy as np
from checkpoint import Stored
from gguf_keys import KeyWriter
from gguf_names import DELTA, GLOBAL

TYPES = {"BF16": gguf.GGMLQuantizationType.BF16, "F16": gguf.GGMLQuantizationType.F16, "F32": gguf.GGMLQuantizationType.F32}
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


class GgufWriter(KeyWriter):
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
