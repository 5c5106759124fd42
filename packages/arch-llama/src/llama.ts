import {
  type Architecture,
  type ConfigReader,
  cast,
  floor,
  log,
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
  layerWindows,
  linear,
  type RopeAngles,
  rmsNorm,
  rope,
  ropeAngles,
  rotaryBuffers,
} from "@engine/nn";
import { llamaGguf } from "./gguf.ts";

interface LlamaConfig extends DecoderConfig {
  readonly attentionBias: boolean;
  readonly mlpBias: boolean;
  /** Sliding window of each layer. */
  readonly windows: readonly (number | undefined)[];
  /** Ministral 3 lengthens queries by 1 + beta · ln(1 + floor(position / original)). */
  readonly queryGrowth?: { readonly beta: number; readonly original: number };
}

function parse(config: ConfigReader): LlamaConfig {
  const shared = decoderConfig(config);
  const mistral = config.string("model_type", "llama") !== "llama";
  // Mistral's class slides over 4096 keys when the key is missing, and over all of them when it is null.
  const window = config.has("sliding_window")
    ? config.int("sliding_window")
    : config.mentions("sliding_window")
      ? undefined
      : 4096;
  const scaling = config.section("rope_parameters");
  return {
    ...shared,
    attentionBias: config.bool("attention_bias", false),
    mlpBias: config.bool("mlp_bias", false),
    windows: layerWindows(config, shared.layers, mistral ? window : undefined),
    ...(scaling?.has("llama_4_scaling_beta") && {
      queryGrowth: {
        beta: scaling.float("llama_4_scaling_beta"),
        original: scaling.int("original_max_position_embeddings"),
      },
    }),
  };
}

function selfAttention(
  x: Tensor,
  w: Weights,
  c: LlamaConfig,
  step: Step,
  angles: RopeAngles,
  layer: number,
): Tensor {
  const project = (name: string, heads: number): Tensor =>
    linear(x, w.at(name), { bias: c.attentionBias }).heads(heads);
  const q = grown(rope(project("q_proj", c.heads), angles), step, c);
  const k = rope(project("k_proj", c.kvHeads), angles);
  const cache = step.cache(layer).append(k, project("v_proj", c.kvHeads));
  const window = c.windows[layer];
  const mixed = attention(q, cache.tensor, { scale: c.headDim ** -0.5, ...(window && { window }) });
  return linear(mixed.merge(), w.at("o_proj"), { bias: c.attentionBias });
}

function grown(q: Tensor, step: Step, { queryGrowth }: LlamaConfig): Tensor {
  if (!queryGrowth) return q;
  const times = floor(cast(step.positions).div(queryGrowth.original));
  return q.mul(log(times.add(1)).mul(queryGrowth.beta).add(1).reshape(["tokens", 1, 1]));
}

/** Llama 1 to 3, Mistral, Ministral: the pre-norm decoder the other families vary. */
export const llama: Architecture<LlamaConfig> = {
  api: 1,
  name: "llama",
  modelTypes: ["llama", "mistral", "ministral", "ministral3"],
  classes: ["LlamaForCausalLM", "MistralForCausalLM", "MinistralForCausalLM", "Ministral3ForCausalLM"],
  gguf: llamaGguf,
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
