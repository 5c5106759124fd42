import { type Mix, tensorMaker } from "./mixes.ts";
import { bool, f32, list, u32 } from "./values.ts";
import type { GgufModel, GgufTensor } from "./write-gguf.ts";

const [LAYERS, SHARED, HIDDEN, MLP, SIDE, VOCAB] = [30, 10, 2048, 8192, 256, 262_144] as const;
const [HEADS, KV_HEADS, HEAD, STREAMS, LAUREL, SPARSE] = [8, 2, 256, 4, 64, 10] as const;
/** 95 % of a normal distribution lie below. */
const QUANTILE = 1.6448536;
const NOT_SPARSE = -1000;

/** Gemma 3n E2B: four streams, sparse MLPs in the first ten layers. llama.cpp's files have keys of all layers. */
export function gemma3nE2b(mix: Mix): GgufModel {
  const { matrix, kept, vector } = tensorMaker(mix, LAYERS);
  const all = Array.from({ length: LAYERS }, (_, i) => i);
  const layer = (i: number): GgufTensor[] => [
    vector("attn_norm", HIDDEN, i),
    matrix("attn_q", [HEADS * HEAD, HIDDEN], i),
    matrix("attn_k", [KV_HEADS * HEAD, HIDDEN], i),
    matrix("attn_v", [KV_HEADS * HEAD, HIDDEN], i),
    matrix("attn_output", [HIDDEN, HEADS * HEAD], i),
    vector("attn_q_norm", HEAD, i),
    vector("attn_k_norm", HEAD, i),
    vector("post_attention_norm", HIDDEN, i),
    vector("ffn_norm", HIDDEN, i),
    matrix("ffn_gate", [MLP, HIDDEN], i),
    matrix("ffn_up", [MLP, HIDDEN], i),
    matrix("ffn_down", [HIDDEN, MLP], i),
    vector("post_ffw_norm", HIDDEN, i),
    matrix("inp_gate", [SIDE, HIDDEN], i),
    matrix("proj", [HIDDEN, SIDE], i),
    vector("post_norm", HIDDEN, i),
    kept("altup_correct_coef", [STREAMS, STREAMS], i),
    vector("altup_correct_scale", HIDDEN, i),
    kept("altup_predict_coef", [STREAMS * STREAMS, STREAMS], i),
    kept("altup_router", [STREAMS, HIDDEN], i),
    vector("altup_router_norm", HIDDEN, i),
    kept("laurel_l", [LAUREL, HIDDEN], i),
    kept("laurel_r", [HIDDEN, LAUREL], i),
    vector("laurel_post_norm", HIDDEN, i),
  ];
  return {
    architecture: "gemma3n",
    own: {
      vocab_size: u32(VOCAB),
      context_length: u32(32_768),
      embedding_length: u32(HIDDEN),
      embedding_length_per_layer_input: u32(SIDE),
      block_count: u32(LAYERS),
      feed_forward_length: u32(MLP),
      final_logit_softcapping: f32(30),
      activation_sparsity_scale: list(
        all.map((i) => (i < SPARSE ? QUANTILE : NOT_SPARSE)),
        f32,
      ),
      "altup.active_idx": u32(0),
      "altup.num_inputs": u32(STREAMS),
      "attention.head_count": u32(HEADS),
      "attention.head_count_kv": u32(KV_HEADS),
      "attention.key_length": u32(HEAD),
      "attention.value_length": u32(HEAD),
      "attention.sliding_window": u32(512),
      "attention.sliding_window_pattern": list(
        all.map((i) => i % 5 !== 4),
        bool,
      ),
      "attention.shared_kv_layers": u32(SHARED),
      "attention.layer_norm_rms_epsilon": f32(1e-6),
      "rope.dimension_count": u32(HEAD),
      "rope.freq_base": f32(1e6),
      "rope.freq_base_swa": f32(1e4),
    },
    tensors: [
      matrix("token_embd", [VOCAB, HIDDEN]),
      matrix("per_layer_token_embd", [VOCAB, LAYERS * SIDE]),
      kept("per_layer_model_proj", [LAYERS * SIDE, HIDDEN]),
      vector("per_layer_proj_norm", SIDE),
      kept("altup_proj", [STREAMS - 1, HIDDEN, HIDDEN]),
      kept("altup_unembd_proj", [STREAMS - 1, HIDDEN, HIDDEN]),
      ...all.flatMap(layer),
      vector("output_norm", HIDDEN),
    ],
  };
}
