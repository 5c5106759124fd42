import type { GgufFacts, GgufReading } from "@engine/core";
import {
  decoderNames,
  type GgufConfig,
  ggufDecoderConfig,
  ggufDraftLayers,
  ggufLayers,
  ggufMixture,
  hasTensor,
  mixtureNames,
} from "@engine/nn";

const MODEL_TYPES: Readonly<Record<string, string>> = {
  qwen2: "qwen2",
  qwen2moe: "qwen2_moe",
  qwen3: "qwen3",
  qwen3moe: "qwen3_moe",
  qwen3next: "qwen3_next",
  qwen35: "qwen3_5_text",
  qwen35moe: "qwen3_5_moe_text",
};

/** Qwen 2 and 3 are stored as in checkpoints. Whether expert weights sum to 1 follows the model type. */
export const qwenGguf: GgufReading = {
  architectures: ["qwen2", "qwen2moe", "qwen3", "qwen3moe"],
  names: { ...decoderNames, ...mixtureNames },
  async config(file) {
    const third = file.name.startsWith("qwen3");
    return {
      ...(await ggufDecoderConfig(file)),
      ...ggufMixture(file),
      model_type: MODEL_TYPES[file.name],
      qkv_bias: hasTensor(file, "blk.0.attn_q.bias"),
      norm_topk_prob: file.own.bool("expert_weights_norm", third),
      attention_bias: third && hasTensor(file, "blk.0.attn_q.bias"),
    };
  },
};

/** A layer of the delta rule, and norms that are stored as 1 + w. */
const NEXT_NAMES: Readonly<Record<string, string>> = {
  "output_norm.weight": "model.norm.one_plus_weight",
  "blk.{i}.attn_norm.weight": "model.layers.{i}.input_layernorm.one_plus_weight",
  "blk.{i}.post_attention_norm.weight": "model.layers.{i}.post_attention_layernorm.one_plus_weight",
  "blk.{i}.attn_q_norm.weight": "model.layers.{i}.self_attn.q_norm.one_plus_weight",
  "blk.{i}.attn_k_norm.weight": "model.layers.{i}.self_attn.k_norm.one_plus_weight",
  "blk.{i}.attn_qkv": "model.layers.{i}.linear_attn.in_proj_qkv",
  "blk.{i}.attn_gate": "model.layers.{i}.linear_attn.in_proj_z",
  "blk.{i}.ssm_ba": "model.layers.{i}.linear_attn.in_proj_ba",
  "blk.{i}.ssm_alpha": "model.layers.{i}.linear_attn.in_proj_a",
  "blk.{i}.ssm_beta": "model.layers.{i}.linear_attn.in_proj_b",
  "blk.{i}.ssm_conv1d": "model.layers.{i}.linear_attn.conv1d",
  "blk.{i}.ssm_dt.bias": "model.layers.{i}.linear_attn.dt_bias",
  // Stored as -e^A_log.
  "blk.{i}.ssm_a": "model.layers.{i}.linear_attn.A",
  "blk.{i}.ssm_norm": "model.layers.{i}.linear_attn.norm",
  "blk.{i}.ssm_out": "model.layers.{i}.linear_attn.out_proj",
};

/** Qwen 3.5 has its value heads ordered so that those of one key head stand apart; Qwen 3 Next has not. */
export const qwenNextGguf: GgufReading = {
  architectures: ["qwen3next", "qwen35", "qwen35moe"],
  names: { ...decoderNames, ...mixtureNames, ...NEXT_NAMES },
  ignores: ggufDraftLayers,
  async config(file) {
    const { own } = file;
    const valueHeads = own.int("ssm.time_step_rank");
    return {
      ...(await ggufDecoderConfig(file)),
      ...ggufMixture(file),
      model_type: MODEL_TYPES[file.name],
      norm_topk_prob: true,
      layer_types: layerTypes(file),
      linear_num_key_heads: own.int("ssm.group_count"),
      linear_num_value_heads: valueHeads,
      linear_key_head_dim: own.int("ssm.state_size"),
      linear_value_head_dim: own.int("ssm.inner_size") / Math.max(valueHeads, 1),
      linear_value_heads_tiled: file.name !== "qwen3next",
    } satisfies GgufConfig;
  },
};

function layerTypes(file: GgufFacts): string[] {
  const recurrent = file.own.floats("attention.recurrent_layers");
  const interval = file.own.int("full_attention_interval", 4);
  return Array.from({ length: ggufLayers(file) }, (_, i) =>
    (recurrent ? recurrent[i] === 1 : (i + 1) % interval !== 0) ? "linear_attention" : "full_attention",
  );
}
