import type { Architecture, ConfigReader } from "@engine/core";
import {
  type DecoderConfig,
  decoder,
  decoderConfig,
  gatedMlp,
  languageHead,
  rmsNorm,
  ropeAngles,
  rotaryBuffers,
} from "@engine/nn";
import { type QwenAttention, selfAttention } from "./attention.ts";
import { qwenGguf } from "./gguf.ts";
import { type SparseMlp, sparseLayers, sparseMlp } from "./sparse-mlp.ts";
import { qwenWindows } from "./windows.ts";

interface QwenConfig extends DecoderConfig, QwenAttention {
  /** The mixture of experts of each layer that has one. */
  readonly sparse: readonly (SparseMlp | undefined)[];
}

function parse(config: ConfigReader): QwenConfig {
  const type = config.string("model_type");
  const shared = decoderConfig(config);
  const third = type.startsWith("qwen3");
  const biased = config.bool("attention_bias", false);
  return {
    ...shared,
    qkvBias: third ? biased : config.bool("qkv_bias", true),
    outputBias: third && biased,
    qkNorm: third,
    windows: qwenWindows(config, shared.layers),
    sparse: sparseLayers(config, shared.layers, { mixture: type.endsWith("_moe"), renormalise: false }),
  };
}

/** Qwen 2: Llama with biases on q, k, v. Qwen 3: with normalised queries and keys instead. Both also as mixtures of experts. */
export const qwen: Architecture<QwenConfig> = {
  api: 1,
  name: "qwen",
  modelTypes: ["qwen2", "qwen2_moe", "qwen3", "qwen3_moe"],
  classes: ["Qwen2ForCausalLM", "Qwen2MoeForCausalLM", "Qwen3ForCausalLM", "Qwen3MoeForCausalLM"],
  gguf: qwenGguf,
  parse,
  ignores: [rotaryBuffers],
  context: (c) => c.context,
  forward(step, weights, c) {
    const angles = ropeAngles(step, c.rope);
    const last = decoder(step, weights, c, (x, w, i) => {
      const mixed = x.add(
        selfAttention(rmsNorm(x, w.at("input_layernorm"), c.eps), w.at("self_attn"), c, step, angles, i),
      );
      const normed = rmsNorm(mixed, w.at("post_attention_layernorm"), c.eps);
      const sparse = c.sparse[i];
      const mlp = sparse
        ? sparseMlp(normed, w.at("mlp"), sparse, c.activation)
        : gatedMlp(normed, w.at("mlp"), { activation: c.activation });
      return mixed.add(mlp);
    });
    return languageHead(last, weights, c);
  },
};
