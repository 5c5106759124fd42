import type { GgufReading } from "@engine/core";
import { decoderNames, ggufDecoderConfig, hasTensor } from "@engine/nn";

/** InternLM 2, its packed projection taken apart, turning pairs side by side. (InternLM 3 is written as "llama".) */
export const internlm2Gguf: GgufReading = {
  architectures: ["internlm2"],
  names: {
    ...decoderNames,
    token_embd: "model.tok_embeddings",
    output: "output",
    "blk.{i}.attn_norm": "model.layers.{i}.attention_norm",
    "blk.{i}.attn_q": "model.layers.{i}.attention.wq",
    "blk.{i}.attn_k": "model.layers.{i}.attention.wk",
    "blk.{i}.attn_v": "model.layers.{i}.attention.wv",
    "blk.{i}.attn_output": "model.layers.{i}.attention.wo",
    "blk.{i}.ffn_norm": "model.layers.{i}.ffn_norm",
    "blk.{i}.ffn_gate": "model.layers.{i}.feed_forward.w1",
    "blk.{i}.ffn_up": "model.layers.{i}.feed_forward.w3",
    "blk.{i}.ffn_down": "model.layers.{i}.feed_forward.w2",
  },
  async config(file) {
    return {
      ...(await ggufDecoderConfig(file)),
      model_type: "internlm2",
      rope_interleave: true,
      bias: hasTensor(file, "blk.0.attn_q.bias"),
    };
  },
};
