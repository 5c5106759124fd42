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
  /** Queries and keys are normed per head: the Qwen3 family. */
  readonly qkNorm?: boolean;
  /** The head is a weight of its own. */
  readonly ownHead?: boolean;
  /** Mixtral: experts of a layer, and how many a row goes to. */
  readonly experts?: { readonly count: number; readonly used: number };
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
  "qwen3-0.6b": {
    vocab: 151936,
    hidden: 1024,
    layers: 28,
    heads: 16,
    kvHeads: 8,
    headDim: 128,
    intermediate: 3072,
    context: 40960,
    theta: 1000000,
    qkNorm: true,
  },
  /** No published one: almost nothing but Qwen's vocabulary, for what a large vocabulary costs beside the model. */
  "wide-10m": {
    vocab: 151936,
    hidden: 64,
    layers: 2,
    heads: 2,
    kvHeads: 1,
    headDim: 32,
    intermediate: 128,
    context: 4096,
    theta: 10000,
    qkNorm: true,
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
  // Llama 3.2 1B's heads with next to nothing around them: what is left is attention.
  "attention-heavy": {
    vocab: 4096,
    hidden: 512,
    layers: 4,
    heads: 32,
    kvHeads: 8,
    headDim: 64,
    intermediate: 512,
    context: 131072,
    theta: 500000,
  },
  "llama-3-70b": {
    vocab: 128256,
    hidden: 8192,
    layers: 80,
    heads: 64,
    kvHeads: 8,
    headDim: 128,
    intermediate: 28672,
    context: 8192,
    theta: 500000,
    ownHead: true,
  },
  "mixtral-8x7b": {
    vocab: 32000,
    hidden: 4096,
    layers: 32,
    heads: 32,
    kvHeads: 8,
    headDim: 128,
    intermediate: 14336,
    context: 32768,
    theta: 1000000,
    ownHead: true,
    experts: { count: 8, used: 2 },
  },
  /** No published one: as many bytes a layer, none of them routed: what streaming whole layers of it takes. */
  "mixtral-8x7b-dense": {
    vocab: 32000,
    hidden: 4096,
    layers: 32,
    heads: 32,
    kvHeads: 8,
    headDim: 128,
    intermediate: 8 * 14336,
    context: 32768,
    theta: 1000000,
    ownHead: true,
  },
};

export function configOf(shape: ModelShape): Record<string, unknown> {
  const [architecture, type] = shape.experts
    ? ["MixtralForCausalLM", "mixtral"]
    : shape.qkNorm
      ? ["Qwen3ForCausalLM", "qwen3"]
      : ["LlamaForCausalLM", "llama"];
  return {
    architectures: [architecture],
    model_type: type,
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
    tie_word_embeddings: !shape.ownHead,
    ...(shape.experts && {
      num_local_experts: shape.experts.count,
      num_experts_per_tok: shape.experts.used,
      sliding_window: null,
    }),
  };
}

/** Every tensor's name and shape, as transformers names them. */
export function tensorsOf(shape: ModelShape): { name: string; shape: number[] }[] {
  const { hidden, heads, kvHeads, headDim, intermediate, experts } = shape;
  const mlp: Record<string, number[]> = experts
    ? {
        "block_sparse_moe.gate": [experts.count, hidden],
        ...Object.fromEntries(
          Array.from({ length: experts.count }, (_, e) => [
            [`block_sparse_moe.experts.${e}.w1`, [intermediate, hidden]],
            [`block_sparse_moe.experts.${e}.w3`, [intermediate, hidden]],
            [`block_sparse_moe.experts.${e}.w2`, [hidden, intermediate]],
          ]).flat(),
        ),
      }
    : {
        "mlp.gate_proj": [intermediate, hidden],
        "mlp.up_proj": [intermediate, hidden],
        "mlp.down_proj": [hidden, intermediate],
      };
  const layer = (i: number): { name: string; shape: number[] }[] =>
    Object.entries({
      input_layernorm: [hidden],
      "self_attn.q_proj": [heads * headDim, hidden],
      "self_attn.k_proj": [kvHeads * headDim, hidden],
      "self_attn.v_proj": [kvHeads * headDim, hidden],
      "self_attn.o_proj": [hidden, heads * headDim],
      ...(shape.qkNorm && { "self_attn.q_norm": [headDim], "self_attn.k_norm": [headDim] }),
      post_attention_layernorm: [hidden],
      ...mlp,
    }).map(([name, size]) => ({ name: `model.layers.${i}.${name}.weight`, shape: size }));
  return [
    { name: "model.embed_tokens.weight", shape: [shape.vocab, hidden] },
    ...Array.from({ length: shape.layers }, (_, i) => layer(i)).flat(),
    { name: "model.norm.weight", shape: [hidden] },
    ...(shape.ownHead ? [{ name: "lm_head.weight", shape: [shape.vocab, hidden] }] : []),
  ];
}
