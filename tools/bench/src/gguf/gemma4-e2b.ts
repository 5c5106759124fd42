import { gemma4Shape } from "../gemma4-e2b.ts";
import { type Mix, tensorMaker } from "./mixes.ts";
import { bool, f32, list, u32 } from "./values.ts";
import type { GgufModel, GgufTensor } from "./write-gguf.ts";

/** llama.cpp's divisors of angles: pairs divided by this never turn. */
const STILL = 1e30;

/** Gemma 4 E2B. Layers that share keys have none of their own. */
export function gemma4E2b(mix: Mix): GgufModel {
  const { layers, shared, hidden, mlp, heads, head, globalHead, side, vocab, isGlobal } = gemma4Shape;
  const { matrix, kept, vector } = tensorMaker(mix, layers);
  const own = layers - shared;
  const wide = (i: number): number => (i >= own ? 2 * mlp : mlp);
  const all = Array.from({ length: layers }, (_, i) => i);
  const layer = (i: number): GgufTensor[] => {
    const size = isGlobal(i) ? globalHead : head;
    return [
      vector("attn_norm", hidden, i),
      matrix("attn_q", [heads * size, hidden], i),
      vector("attn_q_norm", size, i),
      ...(i < own
        ? [
            matrix("attn_k", [size, hidden], i),
            matrix("attn_v", [size, hidden], i),
            vector("attn_k_norm", size, i),
          ]
        : []),
      matrix("attn_output", [hidden, heads * size], i),
      vector("post_attention_norm", hidden, i),
      vector("ffn_norm", hidden, i),
      matrix("ffn_gate", [wide(i), hidden], i),
      matrix("ffn_up", [wide(i), hidden], i),
      matrix("ffn_down", [hidden, wide(i)], i),
      vector("post_ffw_norm", hidden, i),
      matrix("inp_gate", [side, hidden], i),
      matrix("proj", [hidden, side], i),
      vector("post_norm", hidden, i),
      vector("layer_output_scale", 1, i),
    ];
  };
  const turning = globalHead / 8;
  return {
    architecture: "gemma4",
    own: {
      vocab_size: u32(vocab),
      context_length: u32(131_072),
      embedding_length: u32(hidden),
      embedding_length_per_layer_input: u32(side),
      block_count: u32(layers),
      feed_forward_length: list(all.map(wide), u32),
      final_logit_softcapping: f32(30),
      "attention.head_count": u32(heads),
      "attention.head_count_kv": u32(1),
      "attention.key_length": u32(globalHead),
      "attention.value_length": u32(globalHead),
      "attention.key_length_swa": u32(head),
      "attention.value_length_swa": u32(head),
      "attention.sliding_window": u32(512),
      "attention.sliding_window_pattern": list(
        all.map((i) => !isGlobal(i)),
        bool,
      ),
      "attention.shared_kv_layers": u32(shared),
      "attention.layer_norm_rms_epsilon": f32(1e-6),
      "rope.dimension_count": u32(globalHead),
      "rope.dimension_count_swa": u32(head),
      "rope.freq_base": f32(1e6),
      "rope.freq_base_swa": f32(1e4),
    },
    tensors: [
      matrix("token_embd", [vocab, hidden]),
      matrix("per_layer_token_embd", [vocab, layers * side]),
      kept("per_layer_model_proj", [layers * side, hidden]),
      vector("per_layer_proj_norm", side),
      {
        name: "rope_freqs.weight",
        shape: [globalHead / 2],
        type: "f32",
        values: Array.from({ length: globalHead / 2 }, (_, i) => (i < turning ? 1 : STILL)),
      },
      ...all.flatMap(layer),
      vector("output_norm", hidden),
    ],
  };
}
