import {
  type Architecture,
  type ConfigReader,
  matmul,
  type Step,
  silu,
  type Tensor,
  type Weights,
} from "@engine/core";
import {
  attention,
  type DecoderConfig,
  decoder,
  decoderConfig,
  linear,
  type RopeAngles,
  rmsNorm,
  rope,
  ropeAngles,
  rotaryBuffers,
} from "@engine/nn";

interface InternLm2Config extends DecoderConfig {
  readonly bias: boolean;
}

function parse(config: ConfigReader): InternLm2Config {
  return { ...decoderConfig(config, { theta: 1e6 }), bias: config.bool("bias", false) };
}

/** The packed projection holds, for each key head, its queries, the key and the value. */
function selfAttention(
  x: Tensor,
  w: Weights,
  c: InternLm2Config,
  step: Step,
  angles: RopeAngles,
  layer: number,
): Tensor {
  const { kvHeads, headDim, bias } = c;
  const queries = c.heads / kvHeads;
  const groups = linear(x, w.at("wqkv"), { bias }).heads(kvHeads);
  const part = (begin: number, end: number): Tensor => groups.slice(2, begin * headDim, end * headDim);
  const q = part(0, queries).reshape([x.shape[0]!, c.heads, headDim]);
  const cache = step
    .cache(layer)
    .append(rope(part(queries, queries + 1), angles), part(queries + 1, queries + 2));
  const mixed = attention(rope(q, angles), cache.tensor, { scale: headDim ** -0.5 });
  return linear(mixed.merge(), w.at("wo"), { bias });
}

function feedForward(x: Tensor, w: Weights): Tensor {
  return linear(silu(linear(x, w.at("w1"))).mul(linear(x, w.at("w3"))), w.at("w2"));
}

/** InternLM 2 (Cai et al. 2024, arXiv:2403.17297): Llama with one packed projection and names of its own. */
export const internlm2: Architecture<InternLm2Config> = {
  api: 1,
  name: "internlm2",
  modelTypes: ["internlm2"],
  classes: ["InternLM2ForCausalLM"],
  parse,
  ignores: [rotaryBuffers],
  context: (c) => c.context,
  forward(step, weights, c) {
    const angles = ropeAngles(step, c.rope);
    const last = decoder(step, weights, { ...c, names: { embed: "tok_embeddings" } }, (x, w, i) => {
      const mixed = x.add(
        selfAttention(rmsNorm(x, w.at("attention_norm"), c.eps), w.at("attention"), c, step, angles, i),
      );
      return mixed.add(feedForward(rmsNorm(mixed, w.at("ffn_norm"), c.eps), w.at("feed_forward")));
    });
    return matmul(last, weights.at(c.tied ? "model.tok_embeddings" : "output").get());
  },
};
