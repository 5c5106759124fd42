import type { GgufFacts, GgufReading } from "@engine/core";
import { decoderNames, eachLayer, type GgufConfig, ggufLayerTypes, hasTensor } from "@engine/nn";

export const gemma4Gguf: GgufReading = {
  architectures: ["gemma4"],
  names: {
    ...decoderNames,
    per_layer_token_embd: "model.embed_tokens_per_layer",
    per_layer_model_proj: "model.per_layer_model_projection",
    per_layer_proj_norm: "model.per_layer_projection_norm",
    "blk.{i}.inp_gate": "model.layers.{i}.per_layer_input_gate",
    "blk.{i}.proj": "model.layers.{i}.per_layer_projection",
    "blk.{i}.post_norm": "model.layers.{i}.post_per_layer_input_norm",
    "blk.{i}.layer_output_scale.weight": "model.layers.{i}.layer_scalar",
    "blk.{i}.post_attention_norm": "model.layers.{i}.post_attention_layernorm",
    "blk.{i}.ffn_norm": "model.layers.{i}.pre_feedforward_layernorm",
    "blk.{i}.post_ffw_norm": "model.layers.{i}.post_feedforward_layernorm",
    "blk.{i}.pre_ffw_norm_2": "model.layers.{i}.pre_feedforward_layernorm_2",
    "blk.{i}.post_ffw_norm_1": "model.layers.{i}.post_feedforward_layernorm_1",
    "blk.{i}.post_ffw_norm_2": "model.layers.{i}.post_feedforward_layernorm_2",
    "blk.{i}.ffn_gate_inp.weight": "model.layers.{i}.router.proj.weight",
    "blk.{i}.ffn_gate_inp.scale": "model.layers.{i}.router.scale",
    "blk.{i}.ffn_down_exps.scale": "model.layers.{i}.router.per_expert_scale",
    "blk.{i}.ffn_gate_exps.weight": "model.layers.{i}.experts.gate_proj",
    "blk.{i}.ffn_up_exps.weight": "model.layers.{i}.experts.up_proj",
    "blk.{i}.ffn_gate_up_exps.weight": "model.layers.{i}.experts.gate_up_proj",
    "blk.{i}.ffn_down_exps.weight": "model.layers.{i}.experts.down_proj",
  },
  async config(file) {
    const { own } = file;
    const types = ggufLayerTypes(file, 6);
    const keyHeads = eachLayer(file, "attention.head_count_kv");
    const slidingDim = own.int("attention.key_length_swa", own.int("attention.key_length"));
    const experts = own.int("expert_count", 0);
    return {
      ...placeholders(file),
      model_type: "gemma4_text",
      hidden_size: own.int("embedding_length"),
      num_hidden_layers: types.length,
      num_attention_heads: own.int("attention.head_count"),
      num_key_value_heads: keyHeads[0],
      per_layer_config: Object.fromEntries(
        keyHeads.map((heads, i) => [String(i), { num_key_value_heads: heads }]),
      ),
      head_dim: slidingDim,
      global_head_dim: own.int("attention.key_length"),
      attention_k_eq_v: keysAreValues(file, types),
      rms_norm_eps: own.float("attention.layer_norm_rms_epsilon"),
      layer_types: types,
      sliding_window: own.int("attention.sliding_window"),
      num_kv_shared_layers: own.int("attention.shared_kv_layers", 0),
      hidden_size_per_layer_input: own.int("embedding_length_per_layer_input", 0),
      rope_parameters: {
        full_attention: await fullRope(file),
        sliding_attention: {
          rope_type: "default",
          rope_theta: own.float("rope.freq_base_swa", 10_000),
          partial_rotary_factor: own.int("rope.dimension_count_swa", slidingDim) / slidingDim,
        },
      },
      enable_moe_block: experts > 0,
      ...(experts > 0 && { num_experts: experts, top_k_experts: own.int("expert_used_count") }),
      tie_word_embeddings: !hasTensor(file, "output.weight"),
      ...(own.has("final_logit_softcapping") && {
        final_logit_softcapping: own.float("final_logit_softcapping"),
      }),
      ...(own.has("context_length") && { max_position_embeddings: own.int("context_length") }),
    };
  },
};

/** Ids that stand for images, sound and video, by their texts. */
function placeholders(file: GgufFacts): GgufConfig {
  const found = ["image", "audio", "video"].map(
    (kind) => [`${kind}_token_id`, file.indexOf("tokenizer.ggml.tokens", `<|${kind}|>`)] as const,
  );
  return Object.fromEntries(found.filter(([, id]) => id >= 0));
}

/** A full layer without values of its own uses its keys. Layers that share another's may lack both. */
function keysAreValues(file: GgufFacts, types: readonly string[]): boolean {
  return types.some(
    (type, i) =>
      type === "full_attention" &&
      hasTensor(file, `blk.${i}.attn_k.weight`) &&
      !hasTensor(file, `blk.${i}.attn_v.weight`),
  );
}

/** Pairs that stay have a divisor so large that they never turn. */
async function fullRope(file: GgufFacts): Promise<GgufConfig> {
  const { own } = file;
  const divisors = await file.values("rope_freqs.weight");
  const turning = divisors ? divisors.filter((divisor) => divisor < 1e20).length / divisors.length : 1;
  return {
    rope_type: "proportional",
    rope_theta: own.float("rope.freq_base", 1e6),
    partial_rotary_factor: turning,
  };
}
