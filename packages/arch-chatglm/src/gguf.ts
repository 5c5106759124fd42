import type { GgufFacts, GgufReading } from "@engine/core";
import { decoderNames, ggufDecoderConfig, ggufLayers, hasTensor } from "@engine/nn";

/** llama.cpp writes THUDM's files and those of transformers as "chatglm"; only the former pack queries, keys and values. */
const isPacked = (file: GgufFacts): boolean => hasTensor(file, "blk.0.attn_qkv.weight");

export const chatglmGguf: GgufReading = {
  architectures: ["chatglm"],
  reads: isPacked,
  names: {
    token_embd: "transformer.embedding.word_embeddings",
    output_norm: "transformer.encoder.final_layernorm",
    output: "transformer.output_layer",
    "blk.{i}.attn_norm": "transformer.encoder.layers.{i}.input_layernorm",
    "blk.{i}.attn_qkv": "transformer.encoder.layers.{i}.self_attention.query_key_value",
    "blk.{i}.attn_output": "transformer.encoder.layers.{i}.self_attention.dense",
    "blk.{i}.ffn_norm": "transformer.encoder.layers.{i}.post_attention_layernorm",
    "blk.{i}.ffn_up": "transformer.encoder.layers.{i}.mlp.dense_h_to_4h",
    "blk.{i}.ffn_down": "transformer.encoder.layers.{i}.mlp.dense_4h_to_h",
  },
  async config(file) {
    const { own } = file;
    const heads = own.int("attention.head_count");
    const groups = own.int("attention.head_count_kv", heads);
    const rows = file.shape("blk.0.attn_qkv.weight")?.[0] ?? 0;
    return {
      model_type: "chatglm",
      num_layers: ggufLayers(file),
      hidden_size: own.int("embedding_length"),
      num_attention_heads: heads,
      kv_channels: rows / (heads + 2 * groups),
      multi_query_attention: true,
      multi_query_group_num: groups,
      layernorm_epsilon: own.float("attention.layer_norm_rms_epsilon"),
      rope_ratio: own.float("rope.freq_base", 10_000) / 10_000,
      add_qkv_bias: hasTensor(file, "blk.0.attn_qkv.bias"),
      add_bias_linear: hasTensor(file, "blk.0.attn_output.bias"),
      ...(own.has("context_length") && { seq_length: own.int("context_length") }),
    };
  },
};

/** GLM 4's norms after attention and MLP have names that elsewhere mean the one before the MLP. */
export const glmGguf: GgufReading = {
  architectures: ["chatglm", "glm4"],
  reads: (file) => !isPacked(file),
  names: {
    ...decoderNames,
    "blk.{i}.ffn_up": "model.layers.{i}.mlp.gate_up_proj",
    "blk.{i}.post_attention_norm": "model.layers.{i}.post_self_attn_layernorm",
    "blk.{i}.post_ffw_norm": "model.layers.{i}.post_mlp_layernorm",
  },
  async config(file) {
    return {
      ...(await ggufDecoderConfig(file)),
      model_type: file.name === "glm4" ? "glm4" : "glm",
      attention_bias: hasTensor(file, "blk.0.attn_q.bias"),
      // Models that see images are stored with the halves of a pair apart.
      rope_interleave: !file.own.has("rope.dimension_sections"),
    };
  },
};
