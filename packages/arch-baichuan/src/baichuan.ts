import {
  type Architecture,
  type ConfigReader,
  matmul,
  max,
  rsqrt,
  type Step,
  sum,
  type Tensor,
  type Weights,
} from "@engine/core";
import {
  attention,
  type DecoderConfig,
  decoder,
  decoderConfig,
  gatedMlp,
  linear,
  type RopeAngles,
  rmsNorm,
  rope,
  ropeAngles,
  rotaryBuffers,
} from "@engine/nn";
import { alibiSlopes } from "./alibi.ts";
import { baichuanGguf } from "./gguf.ts";

interface BaichuanConfig extends DecoderConfig {
  /** 13B: biases by distance instead of rotation. */
  readonly alibi: boolean;
  /** Baichuan 2 multiplies by the head's rows at unit length. */
  readonly normHead: boolean;
}

/** The two sizes share a model type; 13B has no `max_position_embeddings`, Baichuan 2 has `z_loss_weight`. */
function parse(config: ConfigReader): BaichuanConfig {
  const context = config.has("model_max_length") ? { context: config.int("model_max_length") } : {};
  const first7b = config.strings("architectures")?.includes("BaiChuanForCausalLM") ?? false;
  return {
    ...context,
    ...decoderConfig(config),
    alibi: !config.has("max_position_embeddings") && !first7b,
    normHead: config.has("z_loss_weight"),
  };
}

function selfAttention(
  x: Tensor,
  w: Weights,
  c: BaichuanConfig,
  step: Step,
  angles: RopeAngles,
  layer: number,
): Tensor {
  const [q, k, v] = projections(x, w, c);
  const turned = (y: Tensor): Tensor => (c.alibi ? y : rope(y, angles));
  const cache = step.cache(layer).append(turned(k), v);
  const slopes = c.alibi ? { slopes: alibiSlopes(c.heads) } : {};
  const mixed = attention(turned(q), cache.tensor, { scale: c.headDim ** -0.5, ...slopes });
  return linear(mixed.merge(), w.at("o_proj"));
}

/** Queries, keys and values: packed into one weight, or apart in GGUF files. */
function projections(x: Tensor, w: Weights, c: BaichuanConfig): [Tensor, Tensor, Tensor] {
  const width = c.heads * c.headDim;
  const parts = w.at("W_pack").has()
    ? [0, 1, 2].map((part) => linear(x, w.at("W_pack")).slice(1, part * width, (part + 1) * width))
    : ["q_proj", "k_proj", "v_proj"].map((name) => linear(x, w.at(name)));
  return parts.map((part) => part.heads(c.heads)) as [Tensor, Tensor, Tensor];
}

/** The rows of the head at unit length; torch's normalize divides by at least 1e-12. */
function normHead(x: Tensor, head: Tensor): Tensor {
  const length = rsqrt(max(sum(head.mul(head)), 1e-24));
  return matmul(x, head).mul(length.reshape([head.shape[0]!]));
}

/** Baichuan 1 and 2 (Yang et al. 2023, arXiv:2309.10305): Llama with packed projections; 13B with ALiBi. */
export const baichuan: Architecture<BaichuanConfig> = {
  api: 1,
  name: "baichuan",
  modelTypes: ["baichuan"],
  classes: ["BaichuanForCausalLM", "BaiChuanForCausalLM"],
  gguf: baichuanGguf,
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
      return mixed.add(gatedMlp(normed, w.at("mlp"), { activation: c.activation }));
    });
    const head = weights.at("lm_head").get();
    return c.normHead ? normHead(last, head) : matmul(last, head);
  },
};
