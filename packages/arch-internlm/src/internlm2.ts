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
import { internlm2Gguf } from "./gguf.ts";

interface InternLm2Config extends DecoderConfig {
  readonly bias: boolean;
}

function parse(config: ConfigReader): InternLm2Config {
  return { ...decoderConfig(config, { theta: 1e6 }), bias: config.bool("bias", false) };
}

function selfAttention(
  x: Tensor,
  w: Weights,
  c: InternLm2Config,
  step: Step,
  angles: RopeAngles,
  layer: number,
): Tensor {
  const [q, k, v] = w.at("wqkv").has() ? packed(x, w, c) : apart(x, w, c);
  const cache = step.cache(layer).append(rope(k, angles), v);
  const mixed = attention(rope(q, angles), cache.tensor, { scale: c.headDim ** -0.5 });
  return linear(mixed.merge(), w.at("wo"), { bias: c.bias });
}

/** The packed projection holds, for each key head, its queries, the key and the value. */
function packed(x: Tensor, w: Weights, c: InternLm2Config): [q: Tensor, k: Tensor, v: Tensor] {
  const queries = c.heads / c.kvHeads;
  const groups = linear(x, w.at("wqkv"), { bias: c.bias }).heads(c.kvHeads);
  const part = (begin: number, end: number): Tensor => groups.slice(2, begin * c.headDim, end * c.headDim);
  const q = part(0, queries).reshape([x.shape[0]!, c.heads, c.headDim]);
  return [q, part(queries, queries + 1), part(queries + 1, queries + 2)];
}

/** GGUF files hold the three by themselves. */
function apart(x: Tensor, w: Weights, c: InternLm2Config): [q: Tensor, k: Tensor, v: Tensor] {
  const project = (name: string, heads: number): Tensor =>
    linear(x, w.at(name), { bias: c.bias }).heads(heads);
  return [project("wq", c.heads), project("wk", c.kvHeads), project("wv", c.kvHeads)];
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
  gguf: internlm2Gguf,
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
