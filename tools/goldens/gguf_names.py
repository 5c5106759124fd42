"""Names of tensors in checkpoints and in GGUF files, by the family that has them."""

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
