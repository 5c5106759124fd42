import type { GgufReading } from "@engine/core";
import { decoderNames, ggufDecoderConfig, ggufLayers, ggufLayerTypes } from "@engine/nn";

const LAYERS_OF_27B = 62;

/** Gemma 3, whose norms are stored as 1 + w. Five sliding layers stand before each full one unless a list says. */
export const gemma3Gguf: GgufReading = {
  architectures: ["gemma3"],
  names: {
    ...decoderNames,
    "output_norm.weight": "model.norm.one_plus_weight",
    "blk.{i}.attn_norm.weight": "model.layers.{i}.input_layernorm.one_plus_weight",
    "blk.{i}.attn_q_norm.weight": "model.layers.{i}.self_attn.q_norm.one_plus_weight",
    "blk.{i}.attn_k_norm.weight": "model.layers.{i}.self_attn.k_norm.one_plus_weight",
    "blk.{i}.post_attention_norm.weight": "model.layers.{i}.post_attention_layernorm.one_plus_weight",
    "blk.{i}.ffn_norm.weight": "model.layers.{i}.pre_feedforward_layernorm.one_plus_weight",
    "blk.{i}.post_ffw_norm.weight": "model.layers.{i}.post_feedforward_layernorm.one_plus_weight",
  },
  async config(file) {
    const { own } = file;
    const shared = await ggufDecoderConfig(file);
    const heads = own.int("attention.head_count");
    // The largest scales by the width of a head as it would be without a head size of its own.
    const largest = ggufLayers(file) === LAYERS_OF_27B;
    return {
      ...shared,
      model_type: "gemma3_text",
      query_pre_attn_scalar: largest ? own.int("embedding_length") / heads : shared.head_dim,
      layer_types: ggufLayerTypes(file, 6),
      sliding_window: own.int("attention.sliding_window", 4096),
      rope_theta: own.float("rope.freq_base", 1e6),
      rope_local_base_freq: own.float("rope.freq_base_swa", 10_000),
      ...(own.has("final_logit_softcapping") && {
        final_logit_softcapping: own.float("final_logit_softcapping"),
      }),
    };
  },
};
