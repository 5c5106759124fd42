import type { Architecture, ConfigReader, Step, Tensor, Weights } from "@engine/core";
import {
  attention,
  type DecoderConfig,
  decoder,
  decoderConfig,
  experts,
  languageHead,
  linear,
  moe,
  type RopeAngles,
  rmsNorm,
  rope,
  ropeAngles,
  rotaryBuffers,
  route,
} from "@engine/nn";
import { mixtralGguf } from "./gguf.ts";

interface MixtralConfig extends DecoderConfig {
  readonly experts: number;
  /** Experts of a row. */
  readonly k: number;
  readonly window?: number;
}

function parse(config: ConfigReader): MixtralConfig {
  return {
    ...decoderConfig(config, { theta: 1e6, eps: 1e-5 }),
    experts: config.int("num_local_experts", 8),
    k: config.int("num_experts_per_tok", 2),
    ...(config.has("sliding_window") && { window: config.int("sliding_window") }),
  };
}

function selfAttention(
  x: Tensor,
  w: Weights,
  c: MixtralConfig,
  step: Step,
  angles: RopeAngles,
  layer: number,
): Tensor {
  const q = rope(linear(x, w.at("q_proj")).heads(c.heads), angles);
  const k = rope(linear(x, w.at("k_proj")).heads(c.kvHeads), angles);
  const cache = step.cache(layer).append(k, linear(x, w.at("v_proj")).heads(c.kvHeads));
  const mixed = attention(q, cache.tensor, {
    scale: c.headDim ** -0.5,
    ...(c.window && { window: c.window }),
  });
  return linear(mixed.merge(), w.at("o_proj"));
}

/** The published files keep experts under `block_sparse_moe` as w1, w3, w2; transformers 5 saves them fused under `mlp`. */
function sparseMlp(x: Tensor, layer: Weights, c: MixtralConfig): Tensor {
  const w = layer.at(layer.at("block_sparse_moe.gate").has() ? "block_sparse_moe" : "mlp");
  const routing = route(linear(x, w.at("gate")), { k: c.k, renormalise: true });
  return moe(x, routing, experts(w, c.experts, { gate: "w1", up: "w3", down: "w2" }), c.activation);
}

/** Mixtral (Jiang et al. 2024, arXiv:2401.04088): Mistral with a mixture of experts for each MLP. */
export const mixtral: Architecture<MixtralConfig> = {
  api: 1,
  name: "mixtral",
  modelTypes: ["mixtral"],
  classes: ["MixtralForCausalLM"],
  gguf: mixtralGguf,
  parse,
  ignores: [rotaryBuffers],
  context: (c) => c.context,
  forward(step, weights, c) {
    const angles = ropeAngles(step, c.rope);
    const last = decoder(step, weights, c, (x, w, i) => {
      const mixed = x.add(
        selfAttention(rmsNorm(x, w.at("input_layernorm"), c.eps), w.at("self_attn"), c, step, angles, i),
      );
      return mixed.add(sparseMlp(rmsNorm(mixed, w.at("post_attention_layernorm"), c.eps), w, c));
    });
    return languageHead(last, weights, c);
  },
};
