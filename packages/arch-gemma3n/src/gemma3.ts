import {
  type Architecture,
  type ConfigReader,
  EngineError,
  type Step,
  softcap,
  type Tensor,
  type Weights,
} from "@engine/core";
import {
  type Activation,
  activation,
  attention,
  decoder,
  gatedMlp,
  type LayerRopes,
  languageHead,
  layerRopes,
  layerWindows,
  linear,
  type RopeAngles,
  rmsNorm,
  rope,
  ropeAngles,
  rotaryBuffers,
  towers,
} from "@engine/nn";
import { gemma3Gguf } from "./gguf-gemma3.ts";

interface Gemma3Config {
  readonly layers: number;
  readonly hidden: number;
  readonly heads: number;
  readonly kvHeads: number;
  readonly eps: number;
  readonly bias: boolean;
  readonly activation: Activation;
  readonly ropes: LayerRopes;
  readonly windows: readonly (number | undefined)[];
  readonly scale: number;
  /** Rows of an image see each other; the number is the longest image's. Absent in models of text alone. */
  readonly blocks?: number;
  readonly softcap?: number;
  readonly tied: boolean;
  readonly context?: number;
}

function parse(outer: ConfigReader): Gemma3Config {
  const config = outer.section("text_config") ?? outer;
  if (config.has("attn_logit_softcapping")) {
    throw new EngineError(
      "unsupported",
      `${config.where}: "attn_logit_softcapping" is set; Gemma 3 was published without, and only that is implemented.`,
    );
  }
  if (config.bool("use_bidirectional_attention", false)) {
    throw new EngineError(
      "unsupported",
      `${config.where}: "use_bidirectional_attention" makes an encoder of the model; only text generation is implemented.`,
    );
  }
  const layers = config.int("num_hidden_layers", 26);
  const headDim = config.int("head_dim", 256);
  const window = config.int("sliding_window", 4096);
  const pattern = config.int("sliding_window_pattern", config.int("_sliding_window_pattern", 6));
  return {
    layers,
    hidden: config.int("hidden_size", 2304),
    heads: config.int("num_attention_heads", 8),
    kvHeads: config.int("num_key_value_heads", 4),
    eps: config.float("rms_norm_eps", 1e-6),
    bias: config.bool("attention_bias", false),
    activation: activation(config.string("hidden_activation", "gelu_pytorch_tanh"), config.where),
    ropes: layerRopes(config, { headDim: { full: headDim, sliding: headDim } }),
    windows: config.has("layer_types")
      ? layerWindows(config, layers, window)
      : Array.from({ length: layers }, (_, i) => ((i + 1) % pattern === 0 ? undefined : window)),
    scale: config.float("query_pre_attn_scalar", 256) ** -0.5,
    ...(outer.has("vision_config") && { blocks: outer.int("mm_tokens_per_image", 256) }),
    ...(config.has("final_logit_softcapping") && { softcap: config.float("final_logit_softcapping") }),
    tied: config.bool("tie_word_embeddings", outer.bool("tie_word_embeddings", true)),
    ...(config.has("max_position_embeddings") && { context: config.int("max_position_embeddings") }),
  };
}

function selfAttention(
  x: Tensor,
  w: Weights,
  c: Gemma3Config,
  step: Step,
  angles: RopeAngles,
  index: number,
): Tensor {
  const project = (name: string, heads: number): Tensor =>
    linear(x, w.at(name), { bias: c.bias }).heads(heads);
  const turned = (name: string, heads: number): Tensor =>
    rope(rmsNorm(project(`${name}_proj`, heads), w.at(`${name}_norm`), c.eps, { plusOne: true }), angles);
  const cache = step.cache(index).append(turned("k", c.kvHeads), project("v_proj", c.kvHeads));
  const window = c.windows[index];
  const mixed = attention(turned("q", c.heads), cache.tensor, {
    scale: c.scale,
    ...(window && { window }),
    ...(c.blocks && { blocks: c.blocks }),
  });
  return linear(mixed.merge(), w.at("o_proj"), { bias: c.bias });
}

/** Gemma 3 (arXiv:2503.19786): norms before and after each part, stored around zero; sliding layers between full ones. */
export const gemma3: Architecture<Gemma3Config> = {
  api: 1,
  name: "gemma3",
  modelTypes: ["gemma3", "gemma3_text"],
  classes: ["Gemma3ForCausalLM", "Gemma3ForConditionalGeneration"],
  gguf: gemma3Gguf,
  parse,
  ignores: [rotaryBuffers, towers],
  context: (c) => c.context,
  forward(step, weights, c) {
    const angles = { full: ropeAngles(step, c.ropes.full), sliding: ropeAngles(step, c.ropes.sliding) };
    const frame = { ...c, scale: Math.sqrt(c.hidden), plusOne: true, overlay: c.blocks !== undefined };
    const last = decoder(step, weights, frame, (x, w, i) => {
      const normed = (y: Tensor, name: string): Tensor => rmsNorm(y, w.at(name), c.eps, { plusOne: true });
      const turns = c.windows[i] ? angles.sliding : angles.full;
      const mixed = selfAttention(normed(x, "input_layernorm"), w.at("self_attn"), c, step, turns, i);
      const y = x.add(normed(mixed, "post_attention_layernorm"));
      const mlp = gatedMlp(normed(y, "pre_feedforward_layernorm"), w.at("mlp"), { activation: c.activation });
      return y.add(normed(mlp, "post_feedforward_layernorm"));
    });
    const logits = languageHead(last, weights, c);
    return c.softcap ? softcap(logits, c.softcap) : logits;
  },
};
