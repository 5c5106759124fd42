import {
  type Architecture,
  type ConfigReader,
  EngineError,
  type Step,
  type Tensor,
  type Weights,
} from "@engine/core";
import {
  attention,
  type DecoderConfig,
  decoder,
  decoderConfig,
  gatedMlp,
  languageHead,
  linear,
  plainRope,
  type RopeAngles,
  type RopeFrequencies,
  rmsNorm,
  rope,
  ropeAngles,
  ropeSpeeds,
  rotaryBuffers,
} from "@engine/nn";

interface InternLmConfig extends DecoderConfig {
  readonly bias: boolean;
  readonly mlpBias: boolean;
  /** Version 1, type "dynamic": the base grows with the text, for keys cached before as well. */
  readonly growing?: RopeFrequencies;
}

/** Version 1 keeps its rotation under `rotary`; version 3 is Llama with `qkv_bias` and `bias` for its two biases. */
function parse(config: ConfigReader): InternLmConfig {
  const shared = decoderConfig(config);
  if (config.string("model_type") === "internlm3") {
    return {
      ...shared,
      bias: config.bool("qkv_bias", config.bool("attention_bias", false)),
      mlpBias: config.bool("bias", config.bool("mlp_bias", false)),
    };
  }
  const rotary = config.section("rotary");
  const type = rotary?.string("type", "origin") ?? "dynamic";
  if (!["origin", "dynamic"].includes(type)) {
    throw new EngineError(
      "unsupported",
      `${config.where}: "rotary" has the type "${type}", which is not one of origin, dynamic.`,
    );
  }
  const theta = rotary?.float("base", 10_000) ?? config.float("rotary_emb_base", 10_000);
  return {
    ...shared,
    rope: plainRope(theta, shared.headDim),
    ...(type === "dynamic" && {
      growing: {
        kind: "dynamic",
        theta,
        factor: rotary?.float("scaling_factor", 1) ?? 1,
        trained: config.int("max_position_embeddings", 2048),
        pairs: shared.headDim / 2,
      },
    }),
    bias: config.bool("bias", true),
    mlpBias: false,
  };
}

function selfAttention(
  x: Tensor,
  w: Weights,
  c: InternLmConfig,
  step: Step,
  angles: RopeAngles,
  layer: number,
): Tensor {
  const project = (name: string, heads: number): Tensor =>
    linear(x, w.at(name), { bias: c.bias }).heads(heads);
  // Keys that turn anew in every step are cached unturned.
  const turned = (x: Tensor): Tensor => (c.growing ? x : rope(x, angles));
  const cache = step.cache(layer).append(turned(project("k_proj", c.kvHeads)), project("v_proj", c.kvHeads));
  const mixed = attention(turned(project("q_proj", c.heads)), cache.tensor, {
    scale: c.headDim ** -0.5,
    ...(c.growing && { turns: ropeSpeeds(step, c.growing) }),
  });
  return linear(mixed.merge(), w.at("o_proj"), { bias: c.bias });
}

/** InternLM 1 and 3: Llama with biases in its attention. */
export const internlm: Architecture<InternLmConfig> = {
  api: 1,
  name: "internlm",
  modelTypes: ["internlm", "internlm3"],
  classes: ["InternLMForCausalLM", "InternLM3ForCausalLM"],
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
      return mixed.add(gatedMlp(normed, w.at("mlp"), { activation: c.activation, bias: c.mlpBias }));
    });
    return languageHead(last, weights, c);
  },
};
