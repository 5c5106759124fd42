import type { Architecture, ConfigReader, Step, Tensor, Weights } from "@engine/core";
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
  rotaryBuffers,
} from "@engine/nn";
import { glmGguf } from "./gguf.ts";

interface GlmConfig extends DecoderConfig {
  readonly qkvBias: boolean;
  /** GLM 4 normalises what attention and MLP give before adding it. */
  readonly postNorms: boolean;
}

function parse(config: ConfigReader): GlmConfig {
  return {
    ...decoderConfig(config, { partialRotary: 0.5, interleaved: true }),
    qkvBias: config.bool("attention_bias", false),
    postNorms: config.string("model_type") === "glm4",
  };
}

/** Half of each head turns, in pairs of neighbours. */
function selfAttention(
  x: Tensor,
  w: Weights,
  c: GlmConfig,
  step: Step,
  angles: RopeAngles,
  layer: number,
): Tensor {
  const project = (name: string, heads: number): Tensor =>
    linear(x, w.at(name), { bias: c.qkvBias }).heads(heads);
  const q = rope(project("q_proj", c.heads), angles);
  const k = rope(project("k_proj", c.kvHeads), angles);
  const cache = step.cache(layer).append(k, project("v_proj", c.kvHeads));
  return linear(attention(q, cache.tensor, { scale: c.headDim ** -0.5 }).merge(), w.at("o_proj"));
}

/** GLM and GLM 4 as transformers stores them. */
export const glm: Architecture<GlmConfig> = {
  api: 1,
  name: "glm",
  modelTypes: ["glm", "glm4"],
  classes: ["GlmForCausalLM", "Glm4ForCausalLM"],
  gguf: glmGguf,
  parse,
  ignores: [rotaryBuffers],
  context: (c) => c.context,
  forward(step, weights, c) {
    const angles = ropeAngles(step, c.rope);
    const last = decoder(step, weights, c, (x, w, i) => {
      const after = (y: Tensor, name: string): Tensor => (c.postNorms ? rmsNorm(y, w.at(name), c.eps) : y);
      const mixed = selfAttention(
        rmsNorm(x, w.at("input_layernorm"), c.eps),
        w.at("self_attn"),
        c,
        step,
        angles,
        i,
      );
      const y = x.add(after(mixed, "post_self_attn_layernorm"));
      const mlp = gatedMlp(rmsNorm(y, w.at("post_attention_layernorm"), c.eps), w.at("mlp"), {
        activation: c.activation,
      });
      return y.add(after(mlp, "post_mlp_layernorm"));
    });
    return languageHead(last, weights, c);
  },
};
