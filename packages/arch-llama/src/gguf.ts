import type { GgufReading } from "@engine/core";
import { decoderNames, ggufDecoderConfig, hasTensor } from "@engine/nn";

/**
 * llama.cpp writes Llama, Mistral and InternLM 3 as "llama", Ministral 3 as "mistral3", all with the rows of queries
 * and keys ordered so that a turning pair stands side by side. Mistral's first window is not written.
 */
export const llamaGguf: GgufReading = {
  architectures: ["llama", "mistral3"],
  reads: ({ own }) => own.int("expert_count", 0) === 0,
  names: decoderNames,
  async config(file) {
    const shared = await ggufDecoderConfig(file);
    const { rope_scaling: scaling, ...rest } = shared;
    const growth = file.own.float("attention.temperature_scale", 0);
    return {
      ...rest,
      model_type: file.name === "mistral3" ? "ministral3" : "llama",
      sliding_window: null,
      rope_interleave: true,
      attention_bias: hasTensor(file, "blk.0.attn_q.bias"),
      mlp_bias: hasTensor(file, "blk.0.ffn_up.bias"),
      ...(scaling !== undefined && {
        rope_parameters: { ...scaling, ...(growth > 0 && { llama_4_scaling_beta: growth }) },
      }),
    };
  },
};
