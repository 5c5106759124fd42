import type { Architecture, Step, Tensor, Weights } from "@engine/core";
import {
  attention,
  type DecoderConfig,
  decoder,
  decoderConfig,
  gatedMlp,
  languageHead,
  linear,
  type RopeAngles,
  rmsNorm,
  rope,
  ropeAngles,
} from "@engine/nn";

function selfAttention(
  x: Tensor,
  w: Weights,
  c: DecoderConfig,
  step: Step,
  angles: RopeAngles,
  layer: number,
): Tensor {
  // Queries and keys are normed over all their heads at once, before they are cut into heads.
  const normed = (name: "q" | "k", heads: number): Tensor =>
    rope(rmsNorm(linear(x, w.at(`${name}_proj`)), w.at(`${name}_norm`), c.eps).heads(heads), angles);
  const values = linear(x, w.at("v_proj")).heads(c.kvHeads);
  const cache = step.cache(layer).append(normed("k", c.kvHeads), values);
  const mixed = attention(normed("q", c.heads), cache.tensor, { scale: c.headDim ** -0.5 });
  return linear(mixed.merge(), w.at("o_proj"));
}

/** OLMo 2 (arXiv:2501.00656): a decoder whose norms stand after each sub-layer, not before it. */
export const olmo2: Architecture<DecoderConfig> = {
  api: 1,
  name: "olmo2",
  modelTypes: ["olmo2"],
  classes: ["Olmo2ForCausalLM"],
  parse: (config) => decoderConfig(config, { eps: 1e-5 }),
  context: (c) => c.context,
  forward(step, weights, c) {
    const angles = ropeAngles(step, c.rope);
    const rows = decoder(step, weights, c, (x, w, layer) => {
      const mixed = selfAttention(x, w.at("self_attn"), c, step, angles, layer);
      const middle = x.add(rmsNorm(mixed, w.at("post_attention_layernorm"), c.eps));
      const gated = gatedMlp(middle, w.at("mlp"), { activation: c.activation });
      return middle.add(rmsNorm(gated, w.at("post_feedforward_layernorm"), c.eps));
    });
    return languageHead(rows, weights, { tied: c.tied });
  },
};
