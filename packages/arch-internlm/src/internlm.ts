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
  rmsNorm,
  rope,
  ropeAngles,
  rotaryBuffers,
} from "@engine/nn";

interface InternLmConfig extends DecoderConfig {
  readonly bias: boolean;
  readonly mlpBias: boolean;
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
  const growing = type === "dynamic" && (rotary?.float("scaling_factor", 1) ?? 1) !== 1;
  if (growing || !["origin", "dynamic"].includes(type)) {
    throw new EngineError(
      "unsupported",
      `${config.where}: "rotary" of type "${type}" with a scaling factor turns cached keys anew at each step, which is not implemented; type "origin" is.`,
    );
  }
  const theta = rotary?.float("base", 10_000) ?? config.float("rotary_emb_base", 10_000);
  return {
    ...shared,
    rope: plainRope(theta, shared.headDim),
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
  const cache = step
    .cache(layer)
    .append(rope(project("k_proj", c.kvHeads), angles), project("v_proj", c.kvHeads));
  const mixed = attention(rope(project("q_proj", c.heads), angles), cache.tensor, {
    scale: c.headDim ** -0.5,
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
