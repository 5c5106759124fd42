/** The sizes of published models; the weights made from them are random. */
export interface ModelShape {
  readonly vocab: number;
  readonly hidden: number;
  readonly layers: number;
  readonly heads: number;
  readonly kvHeads: number;
  readonly headDim: number;
  readonly intermediate: number;
  readonly context: number;
  readonly theta: number;
}

export const shapes: Readonly<Record<string, ModelShape>> = {
  "llama-3.2-1b": {
    vocab: 128256,
    hidden: 2048,
    layers: 16,
    heads: 32,
    kvHeads: 8,
    headDim: 64,
    intermediate: 8192,
    context: 131072,
    theta: 500000,
  },
  "smollm2-135m": {
    vocab: 49152,
    hidden: 576,
    layers: 30,
    heads: 9,
    kvHeads: 3,
    headDim: 64,
    intermediate: 1536,
    context: 8192,
    theta: 100000,
  },
};

export function configOf(shape: ModelShape): Record<string, unknown> {
  return {
    architectures: ["LlamaForCausalLM"],
    model_type: "llama",
    vocab_size: shape.vocab,
    hidden_size: shape.hidden,
    num_hidden_layers: shape.layers,
    num_attention_heads: shape.heads,
    num_key_value_heads: shape.kvHeads,
    head_dim: shape.headDim,
    intermediate_size: shape.intermediate,
    max_position_embeddings: shape.context,
    rope_theta: shape.theta,
    rms_norm_eps: 1e-5,
    hidden_act: "silu",
    tie_word_embeddings: true,
  };
}

/** Every tensor's name and shape, as transformers names them. */
export function tensorsOf(shape: ModelShape): { name: string; shape: number[] }[] {
  const { hidden, heads, kvHeads, headDim, intermediate } = shape;
  const layer = (i: number): { name: string; shape: number[] }[] =>
    Object.entries({
      input_layernorm: [hidden],
      "self_attn.q_proj": [heads * headDim, hidden],
      "self_attn.k_proj": [kvHeads * headDim, hidden],
      "self_attn.v_proj": [kvHeads * headDim, hidden],
      "self_attn.o_proj": [hidden, heads * headDim],
      post_attention_layernorm: [hidden],
      "mlp.gate_proj": [intermediate, hidden],
      "mlp.up_proj": [intermediate, hidden],
      "mlp.down_proj": [hidden, intermediate],
    }).map(([name, size]) => ({ name: `model.layers.${i}.${name}.weight`, shape: size }));
  return [
    { name: "model.embed_tokens.weight", shape: [shape.vocab, hidden] },
    ...Array.from({ length: shape.layers }, (_, i) => layer(i)).flat(),
    { name: "model.norm.weight", shape: [hidden] },
  ];
}
