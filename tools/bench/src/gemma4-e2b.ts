/** Gemma 4 E2B, its text model: windows of 512 but in every fifth layer, 20 layers that share keys, tables for each layer. */
const LAYERS = 35;
const SHARED = 20;
const [HIDDEN, MLP, HEADS, HEAD, GLOBAL_HEAD, SIDE, VOCAB] = [1536, 6144, 8, 256, 512, 256, 262_144] as const;

const isGlobal = (layer: number): boolean => layer % 5 === 4;

export const gemma4Shape = {
  layers: LAYERS,
  shared: SHARED,
  hidden: HIDDEN,
  mlp: MLP,
  heads: HEADS,
  head: HEAD,
  globalHead: GLOBAL_HEAD,
  side: SIDE,
  vocab: VOCAB,
  isGlobal,
} as const;

export function gemma4Config(): Record<string, unknown> {
  const text = {
    model_type: "gemma4_text",
    attention_bias: false,
    attention_k_eq_v: false,
    enable_moe_block: false,
    final_logit_softcapping: 30,
    head_dim: HEAD,
    global_head_dim: GLOBAL_HEAD,
    hidden_activation: "gelu_pytorch_tanh",
    hidden_size: HIDDEN,
    hidden_size_per_layer_input: SIDE,
    intermediate_size: MLP,
    layer_types: Array.from({ length: LAYERS }, (_, i) =>
      isGlobal(i) ? "full_attention" : "sliding_attention",
    ),
    max_position_embeddings: 131_072,
    num_attention_heads: HEADS,
    num_hidden_layers: LAYERS,
    num_key_value_heads: 1,
    num_kv_shared_layers: SHARED,
    rms_norm_eps: 1e-6,
    rope_parameters: {
      full_attention: { partial_rotary_factor: 0.25, rope_theta: 1_000_000, rope_type: "proportional" },
      sliding_attention: { rope_theta: 10_000, rope_type: "default" },
    },
    sliding_window: 512,
    tie_word_embeddings: true,
    use_double_wide_mlp: true,
    vocab_size: VOCAB,
    vocab_size_per_layer_input: VOCAB,
  };
  return {
    architectures: ["Gemma4ForConditionalGeneration"],
    model_type: "gemma4",
    audio_config: null,
    vision_config: null,
    text_config: text,
    tie_word_embeddings: true,
  };
}

/** Every tensor's name and shape, as transformers names them. */
export function gemma4Tensors(): { name: string; shape: number[] }[] {
  const layer = (i: number): [string, number[]][] => {
    const head = isGlobal(i) ? GLOBAL_HEAD : HEAD;
    const mlp = i >= LAYERS - SHARED ? 2 * MLP : MLP;
    const norms = ["input", "post_attention", "pre_feedforward", "post_feedforward"].map(
      (name): [string, number[]] => [`${name}_layernorm.weight`, [HIDDEN]],
    );
    return [
      ...norms,
      ["post_per_layer_input_norm.weight", [HIDDEN]],
      ["layer_scalar", [1]],
      ["mlp.gate_proj.weight", [mlp, HIDDEN]],
      ["mlp.up_proj.weight", [mlp, HIDDEN]],
      ["mlp.down_proj.weight", [HIDDEN, mlp]],
      ["per_layer_input_gate.weight", [SIDE, HIDDEN]],
      ["per_layer_projection.weight", [HIDDEN, SIDE]],
      ["self_attn.q_norm.weight", [head]],
      ["self_attn.k_norm.weight", [head]],
      ["self_attn.q_proj.weight", [HEADS * head, HIDDEN]],
      ["self_attn.k_proj.weight", [head, HIDDEN]],
      ["self_attn.v_proj.weight", [head, HIDDEN]],
      ["self_attn.o_proj.weight", [HIDDEN, HEADS * head]],
    ];
  };
  const all: [string, number[]][] = [
    ["embed_tokens.weight", [VOCAB, HIDDEN]],
    ["embed_tokens_per_layer.weight", [VOCAB, LAYERS * SIDE]],
    ["norm.weight", [HIDDEN]],
    ["per_layer_model_projection.weight", [LAYERS * SIDE, HIDDEN]],
    ["per_layer_projection_norm.weight", [SIDE]],
    ...Array.from({ length: LAYERS }, (_, i) =>
      layer(i).map(([name, shape]): [string, number[]] => [`layers.${i}.${name}`, shape]),
    ).flat(),
  ];
  return all.map(([name, shape]) => ({ name: `model.language_model.${name}`, shape }));
}
