/** The names most decoders share, in GGUF files and in checkpoints. */
export const decoderNames: Readonly<Record<string, string>> = {
  token_embd: "model.embed_tokens",
  output_norm: "model.norm",
  output: "lm_head",
  // Read into the config.
  rope_freqs: "model.rotary_emb.factors",
  rope_factors_long: "model.rotary_emb.long_factors",
  rope_factors_short: "model.rotary_emb.short_factors",
  "blk.{i}.attn_norm": "model.layers.{i}.input_layernorm",
  "blk.{i}.attn_q": "model.layers.{i}.self_attn.q_proj",
  "blk.{i}.attn_k": "model.layers.{i}.self_attn.k_proj",
  "blk.{i}.attn_v": "model.layers.{i}.self_attn.v_proj",
  "blk.{i}.attn_q_norm": "model.layers.{i}.self_attn.q_norm",
  "blk.{i}.attn_k_norm": "model.layers.{i}.self_attn.k_norm",
  "blk.{i}.attn_output": "model.layers.{i}.self_attn.o_proj",
  "blk.{i}.ffn_norm": "model.layers.{i}.post_attention_layernorm",
  "blk.{i}.ffn_gate": "model.layers.{i}.mlp.gate_proj",
  "blk.{i}.ffn_up": "model.layers.{i}.mlp.up_proj",
  "blk.{i}.ffn_down": "model.layers.{i}.mlp.down_proj",
};

/** Of mixtures of experts: the router, the experts in one weight each, and the expert all rows share. */
export const mixtureNames: Readonly<Record<string, string>> = {
  "blk.{i}.ffn_gate_inp": "model.layers.{i}.mlp.gate",
  "blk.{i}.ffn_gate_exps.weight": "model.layers.{i}.mlp.experts.gate_proj",
  "blk.{i}.ffn_up_exps.weight": "model.layers.{i}.mlp.experts.up_proj",
  "blk.{i}.ffn_gate_up_exps.weight": "model.layers.{i}.mlp.experts.gate_up_proj",
  "blk.{i}.ffn_down_exps.weight": "model.layers.{i}.mlp.experts.down_proj",
  "blk.{i}.ffn_gate_inp_shexp": "model.layers.{i}.mlp.shared_expert_gate",
  "blk.{i}.ffn_gate_shexp": "model.layers.{i}.mlp.shared_expert.gate_proj",
  "blk.{i}.ffn_up_shexp": "model.layers.{i}.mlp.shared_expert.up_proj",
  "blk.{i}.ffn_down_shexp": "model.layers.{i}.mlp.shared_expert.down_proj",
};
