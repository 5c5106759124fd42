import type { GgufReading } from "@engine/core";
import { decoderNames, ggufDecoderConfig, ggufLayerTypes } from "@engine/nn";
import { normalCdf } from "./normal-quantile.ts";

const PER_LAYER_ROWS = 262_144;

/** Gemma 3n: projections of the streams in one weight each; sparsity as the quantile, not the share. */
export const gemma3nGguf: GgufReading = {
  architectures: ["gemma3n"],
  names: {
    ...decoderNames,
    "altup_proj.weight": "model.altup_projections.{row}.weight",
    "altup_unembd_proj.weight": "model.altup_unembed_projections.{row}.weight",
    per_layer_token_embd: "model.embed_tokens_per_layer",
    per_layer_model_proj: "model.per_layer_model_projection",
    per_layer_proj_norm: "model.per_layer_projection_norm",
    "blk.{i}.altup_correct_scale.weight": "model.layers.{i}.altup.correct_output_scale",
    "blk.{i}.altup_correct_coef": "model.layers.{i}.altup.correction_coefs",
    "blk.{i}.altup_predict_coef": "model.layers.{i}.altup.prediction_coefs",
    "blk.{i}.altup_router": "model.layers.{i}.altup.modality_router",
    "blk.{i}.altup_router_norm": "model.layers.{i}.altup.router_norm",
    "blk.{i}.laurel_l": "model.layers.{i}.laurel.linear_left",
    "blk.{i}.laurel_r": "model.layers.{i}.laurel.linear_right",
    "blk.{i}.laurel_post_norm": "model.layers.{i}.laurel.post_laurel_norm",
    "blk.{i}.inp_gate": "model.layers.{i}.per_layer_input_gate",
    "blk.{i}.proj": "model.layers.{i}.per_layer_projection",
    "blk.{i}.post_norm": "model.layers.{i}.post_per_layer_input_norm",
    "blk.{i}.post_attention_norm": "model.layers.{i}.post_attention_layernorm",
    "blk.{i}.ffn_norm": "model.layers.{i}.pre_feedforward_layernorm",
    "blk.{i}.post_ffw_norm": "model.layers.{i}.post_feedforward_layernorm",
  },
  async config(file) {
    const { own } = file;
    // Files have rows of zeros for the ids of images and sound, which checkpoints leave out.
    const rows = file.shape("per_layer_token_embd.weight")?.[0] ?? PER_LAYER_ROWS;
    const quantiles = own.floats("activation_sparsity_scale");
    return {
      ...(await ggufDecoderConfig(file)),
      model_type: "gemma3n_text",
      layer_types: ggufLayerTypes(file, 5),
      sliding_window: own.int("attention.sliding_window", 512),
      rope_theta: own.float("rope.freq_base", 1e6),
      rope_local_base_freq: own.float("rope.freq_base_swa", 10_000),
      num_kv_shared_layers: own.int("attention.shared_kv_layers", 0),
      altup_num_inputs: own.int("altup.num_inputs", 4),
      altup_active_idx: own.int("altup.active_idx", 0),
      hidden_size_per_layer_input: own.int("embedding_length_per_layer_input"),
      vocab_size_per_layer_input: Math.min(rows, PER_LAYER_ROWS),
      ...(quantiles && { activation_sparsity_pattern: quantiles.map(shareBelow) }),
      ...(own.has("final_logit_softcapping") && {
        final_logit_softcapping: own.float("final_logit_softcapping"),
      }),
    };
  },
};

/** Layers that are not sparse have the quantile of a share of zero. */
function shareBelow(quantile: number): number {
  return quantile < -10 ? 0 : normalCdf(quantile);
}
