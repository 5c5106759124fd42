import {
  type Architecture,
  type ConfigReader,
  EngineError,
  matmul,
  type Step,
  silu,
  type Tensor,
  type Weights,
} from "@engine/core";
import {
  attention,
  decoder,
  linear,
  plainRope,
  type RopeAngles,
  type RopeConfig,
  rmsNorm,
  rope,
  ropeAngles,
  rotaryBuffers,
} from "@engine/nn";
import { chatglmGguf } from "./gguf.ts";

interface ChatGlmConfig {
  readonly layers: number;
  readonly heads: number;
  readonly kvHeads: number;
  readonly headDim: number;
  readonly eps: number;
  readonly rope: RopeConfig;
  readonly qkvBias: boolean;
  readonly bias: boolean;
  /** Rows of the packed projection: all queries, keys, values; or those of each head together. */
  readonly packedByHead: boolean;
  readonly context?: number;
}

/** The keys of THUDM's own code, which transformers has no class for. */
function parse(config: ConfigReader): ChatGlmConfig {
  const unsupported = [
    ["rmsnorm", true],
    ["post_layer_norm", true],
    ["apply_residual_connection_post_layernorm", false],
  ] as const;
  for (const [key, value] of unsupported) {
    if (config.bool(key, value) === value) continue;
    throw new EngineError(
      "unsupported",
      `${config.where}: "${key}" is ${!value}; published ChatGLM models have ${value}, and only that is implemented.`,
    );
  }
  const heads = config.int("num_attention_heads");
  const headDim = config.int("kv_channels", config.int("hidden_size") / heads);
  const grouped = config.bool("multi_query_attention", false);
  return {
    layers: config.int("num_layers"),
    heads,
    kvHeads: grouped ? config.int("multi_query_group_num") : heads,
    headDim,
    eps: config.float("layernorm_epsilon", 1e-5),
    rope: { ...plainRope(10_000 * config.float("rope_ratio", 1), headDim / 2), interleaved: true },
    qkvBias: config.bool("add_qkv_bias", false) || config.bool("add_bias_linear", false),
    bias: config.bool("add_bias_linear", false),
    packedByHead: !grouped,
    ...(config.has("seq_length") && { context: config.int("seq_length") }),
  };
}

function selfAttention(
  x: Tensor,
  w: Weights,
  c: ChatGlmConfig,
  step: Step,
  angles: RopeAngles,
  layer: number,
): Tensor {
  const [q, k, v] = unpack(linear(x, w.at("query_key_value"), { bias: c.qkvBias }), c);
  const cache = step.cache(layer).append(rope(k, angles), v);
  const mixed = attention(rope(q, angles), cache.tensor, { scale: c.headDim ** -0.5 });
  return linear(mixed.merge(), w.at("dense"), { bias: c.bias });
}

function unpack(
  packed: Tensor,
  { heads, kvHeads, headDim, packedByHead }: ChatGlmConfig,
): [Tensor, Tensor, Tensor] {
  if (packedByHead) {
    const each = packed.heads(heads);
    return [0, 1, 2].map((part) => each.slice(2, part * headDim, (part + 1) * headDim)) as [
      Tensor,
      Tensor,
      Tensor,
    ];
  }
  const [q, k, v] = [0, heads, heads + kvHeads, heads + 2 * kvHeads].map((head) => head * headDim) as [
    number,
    number,
    number,
    number,
  ];
  const end = (heads + 2 * kvHeads) * headDim;
  return [
    packed.slice(1, q, k).heads(heads),
    packed.slice(1, k, v).heads(kvHeads),
    packed.slice(1, v, end).heads(kvHeads),
  ];
}

function mlp(x: Tensor, w: Weights, c: ChatGlmConfig): Tensor {
  const both = linear(x, w.at("dense_h_to_4h"), { bias: c.bias });
  const size = (both.shape[1] as number) / 2;
  return linear(silu(both.slice(1, 0, size)).mul(both.slice(1, size, 2 * size)), w.at("dense_4h_to_h"), {
    bias: c.bias,
  });
}

const NAMES = {
  embed: "embedding.word_embeddings",
  layers: "encoder.layers",
  norm: "encoder.final_layernorm",
} as const;

/** ChatGLM 2 and 3, and GLM 4 9B as THUDM published them: half of each head turns, in pairs of neighbours. */
export const chatglm: Architecture<ChatGlmConfig> = {
  api: 1,
  name: "chatglm",
  modelTypes: ["chatglm"],
  classes: ["ChatGLMModel", "ChatGLMForConditionalGeneration"],
  gguf: chatglmGguf,
  parse,
  ignores: [rotaryBuffers],
  context: (c) => c.context,
  forward(step, weights, c) {
    const angles = ropeAngles(step, c.rope);
    const last = decoder(step, weights, { ...c, names: NAMES }, (x, w, i) => {
      const normed = rmsNorm(x, w.at("input_layernorm"), c.eps);
      const mixed = x.add(selfAttention(normed, w.at("self_attention"), c, step, angles, i));
      return mixed.add(mlp(rmsNorm(mixed, w.at("post_attention_layernorm"), c.eps), w.at("mlp"), c));
    });
    return matmul(last, weights.at("transformer.output_layer").get());
  },
};
