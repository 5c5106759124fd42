import type { IgnoredWeights } from "@engine/core";

/** Older savers wrote the rotation's frequencies; they are computed from the config. */
export const rotaryBuffers: IgnoredWeights = {
  names: /\.(rotary_emb|rotary_pos_emb)\./,
  reason: "rotation is computed from config.json",
};

/** Parts of a multimodal checkpoint beside its text model. */
export const towers: IgnoredWeights = {
  names:
    /(^|\.)(vision_tower|audio_tower|vision_embedder|embed_vision|embed_audio|visual|multi_modal_projector)\./,
  reason: "images and sound are not read yet",
};

/** Keys and values of layers that read another layer's. */
export const sharedLayerKeys: IgnoredWeights = {
  names: /\.self_attn\.(k_proj|v_proj|k_norm|v_norm)\./,
  reason: "the layer reads the keys and values of another",
};
