import type { ModelShape } from "../shapes.ts";
import { type Mix, tensorMaker } from "./mixes.ts";
import { f32, u32 } from "./values.ts";
import type { GgufModel, GgufTensor } from "./write-gguf.ts";

/** Llama, and Qwen 3 with its norms of queries and keys. */
export function decoder(shape: ModelShape, mix: Mix): GgufModel {
  const { hidden, heads, kvHeads, headDim, intermediate, layers, qkNorm } = shape;
  const { matrix, vector } = tensorMaker(mix, layers);
  const layer = (i: number): GgufTensor[] => [
    vector("attn_norm", hidden, i),
    matrix("attn_q", [heads * headDim, hidden], i),
    matrix("attn_k", [kvHeads * headDim, hidden], i),
    matrix("attn_v", [kvHeads * headDim, hidden], i),
    matrix("attn_output", [hidden, heads * headDim], i),
    ...(qkNorm ? [vector("attn_q_norm", headDim, i), vector("attn_k_norm", headDim, i)] : []),
    vector("ffn_norm", hidden, i),
    matrix("ffn_gate", [intermediate, hidden], i),
    matrix("ffn_up", [intermediate, hidden], i),
    matrix("ffn_down", [hidden, intermediate], i),
  ];
  return {
    architecture: qkNorm ? "qwen3" : "llama",
    own: {
      vocab_size: u32(shape.vocab),
      context_length: u32(shape.context),
      embedding_length: u32(hidden),
      block_count: u32(layers),
      feed_forward_length: u32(intermediate),
      "attention.head_count": u32(heads),
      "attention.head_count_kv": u32(kvHeads),
      "attention.key_length": u32(headDim),
      "attention.value_length": u32(headDim),
      "attention.layer_norm_rms_epsilon": f32(1e-5),
      "rope.dimension_count": u32(headDim),
      "rope.freq_base": f32(shape.theta),
    },
    tensors: [
      matrix("token_embd", [shape.vocab, hidden]),
      ...Array.from({ length: layers }, (_, i) => layer(i)).flat(),
      vector("output_norm", hidden),
      ...(shape.ownHead ? [{ ...matrix("token_embd", [shape.vocab, hidden]), name: "output.weight" }] : []),
    ],
  };
}
