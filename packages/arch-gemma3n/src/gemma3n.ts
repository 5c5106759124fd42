import { type Architecture, concat, type Step, softcap, type Tensor, type Weights } from "@engine/core";
import {
  attention,
  embed,
  idsWithin,
  languageHead,
  linear,
  perLayerInputs,
  perLayerUpdate,
  type RopeAngles,
  rmsNorm,
  rope,
  ropeAngles,
  rotaryBuffers,
  sharedLayerKeys,
  textWeights,
  towers,
  unitNorm,
} from "@engine/nn";
import { correct, join, predict, type Streams, split } from "./altup.ts";
import { type Gemma3nConfig, parse } from "./config.ts";
import { gemma3nGguf } from "./gguf-gemma3n.ts";
import { withMedia } from "./media-embeddings.ts";
import { sparseMlp } from "./sparse-mlp.ts";

/** Scores are not scaled: queries, keys and values are normalised. The last layers read their owner's cache. */
function selfAttention(
  x: Tensor,
  w: Weights,
  c: Gemma3nConfig,
  step: Step,
  angles: RopeAngles,
  index: number,
): Tensor {
  const project = (name: string, heads: number): Tensor =>
    linear(x, w.at(name), { bias: c.bias }).heads(heads);
  const turned = (name: string, heads: number): Tensor =>
    rope(rmsNorm(project(`${name}_proj`, heads), w.at(`${name}_norm`), c.eps), angles);
  const owner = c.owners[index]!;
  const q = turned("q", c.heads);
  const cache =
    owner === index
      ? step.cache(index).append(turned("k", c.kvHeads), unitNorm(project("v_proj", c.kvHeads), c.eps))
      : step.cache(owner);
  const window = c.windows[index];
  return linear(attention(q, cache.tensor, { scale: 1, ...(window && { window }) }).merge(), w.at("o_proj"), {
    bias: c.bias,
  });
}

/** A low-rank path beside the attention, with its own residual (LAuReL, Menghani et al. 2024, arXiv:2411.07501). */
function laurel(x: Tensor, w: Weights, eps: number): Tensor {
  return x.add(
    rmsNorm(linear(linear(x, w.at("linear_left")), w.at("linear_right")), w.at("post_laurel_norm"), eps),
  );
}

function layer(
  streams: Streams,
  w: Weights,
  c: Gemma3nConfig,
  step: Step,
  angles: RopeAngles,
  index: number,
  perLayer: Tensor,
): Streams {
  const normed = (y: Tensor, name: string): Tensor => rmsNorm(y, w.at(name), c.eps);
  const altup = w.at("altup");
  const predicted = predict(streams, altup, c);
  const p = predicted[c.active]!;

  const x = normed(p, "input_layernorm");
  const mixed = normed(
    selfAttention(x, w.at("self_attn"), c, step, angles, index),
    "post_attention_layernorm",
  );
  const g = p
    .add(mixed)
    .add(laurel(x, w.at("laurel"), c.eps))
    .mul(Math.SQRT1_2);
  const mlp = sparseMlp(normed(g, "pre_feedforward_layernorm"), w.at("mlp"), c.sparsity[index]!, c);
  const corrected = correct(predicted, g.add(normed(mlp, "post_feedforward_layernorm")), altup, c);

  const active = corrected[c.active]!;
  const seen = c.correctScale ? active.mul(altup.get("correct_output_scale")) : active;
  const update = perLayerUpdate(seen, perLayer, w, index, c);
  return corrected.map((s, j) => (j === 0 ? s : s.add(update)));
}

/** Gemma 3n: several residual streams (AltUp), a low-rank path (LAuReL), embeddings for each layer, sparse gates, shared keys and values. */
export const gemma3n: Architecture<Gemma3nConfig> = {
  api: 1,
  name: "gemma3n",
  modelTypes: ["gemma3n", "gemma3n_text"],
  classes: ["Gemma3nForCausalLM", "Gemma3nForConditionalGeneration"],
  gguf: gemma3nGguf,
  parse,
  ignores: [rotaryBuffers, towers, sharedLayerKeys],
  context: (c) => c.context,
  forward(step, weights, c) {
    const w = textWeights(weights);
    const angles = { full: ropeAngles(step, c.ropes.full), sliding: ropeAngles(step, c.ropes.sliding) };
    const text = embed(step.tokens, w.at("embed_tokens")).mul(Math.sqrt(c.hidden));
    const h = withMedia(text, step, weights, c);
    const perLayer = perLayerInputs(h, idsWithin(step.tokens, c.perLayerRows), w, {
      ...c,
      layerCount: c.layers,
    });
    let streams = split(h, w, c);
    const tap = (name: string): void => {
      const rows = streams.map((s) => s.reshape(["tokens", 1, c.hidden]));
      step.tap(name, concat(rows, 1));
    };
    tap("embed");
    for (let i = 0; i < c.layers; i++) {
      streams = layer(
        streams,
        w.at(`layers.${i}`),
        c,
        step,
        c.windows[i] ? angles.sliding : angles.full,
        i,
        perLayer,
      );
      tap(`layer${i}`);
    }
    const last = rmsNorm(join(streams, w), w.at("norm"), c.eps);
    step.tap("final", last);
    const logits = languageHead(step.wanted(last), weights, c);
    return c.softcap ? softcap(logits, c.softcap) : logits;
  },
};
