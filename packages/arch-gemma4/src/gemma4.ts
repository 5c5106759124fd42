import { type Architecture, type Step, softcap, type Tensor, type Weights } from "@engine/core";
import {
  embed,
  gatedMlp,
  languageHead,
  perLayerInputs,
  perLayerUpdate,
  type RopeAngles,
  replaceIds,
  rmsNorm,
  ropeAngles,
  rotaryBuffers,
  sharedLayerKeys,
  textWeights,
  towers,
} from "@engine/nn";
import { selfAttention } from "./attention.ts";
import { type Gemma4Config, parse } from "./config.ts";
import { gemma4Gguf } from "./gguf.ts";
import { sparseMlp } from "./sparse-mlp.ts";

function layer(
  x: Tensor,
  w: Weights,
  c: Gemma4Config,
  step: Step,
  angles: RopeAngles,
  index: number,
  perLayer?: Tensor,
): Tensor {
  const normed = (y: Tensor, name: string): Tensor => rmsNorm(y, w.at(name), c.eps);
  const mixed = selfAttention(normed(x, "input_layernorm"), w.at("self_attn"), c, step, angles, index);
  let h = x.add(normed(mixed, "post_attention_layernorm"));

  let mlp = gatedMlp(normed(h, "pre_feedforward_layernorm"), w.at("mlp"), { activation: c.activation });
  if (c.moe) {
    const routed = sparseMlp(h, normed(h, "pre_feedforward_layernorm_2"), w, { ...c, moe: c.moe });
    mlp = normed(mlp, "post_feedforward_layernorm_1").add(normed(routed, "post_feedforward_layernorm_2"));
  }
  h = h.add(normed(mlp, "post_feedforward_layernorm"));

  if (perLayer) h = h.add(perLayerUpdate(h, perLayer, w, index, c));
  return h.mul(w.get("layer_scalar"));
}

/**
 * Gemma 4: sliding and full layers with heads of their own size, keys and values shared by the last layers,
 * embeddings for each layer, experts beside the dense MLP; each where config.json asks for it.
 */
export const gemma4: Architecture<Gemma4Config> = {
  api: 1,
  name: "gemma4",
  modelTypes: ["gemma4", "gemma4_text", "gemma4_unified", "gemma4_unified_text"],
  classes: ["Gemma4ForCausalLM", "Gemma4ForConditionalGeneration", "Gemma4UnifiedForConditionalGeneration"],
  gguf: gemma4Gguf,
  parse,
  ignores: [rotaryBuffers, towers, sharedLayerKeys],
  context: (c) => c.context,
  forward(step, weights, c) {
    const w = textWeights(weights);
    const angles = { full: ropeAngles(step, c.ropes.full), sliding: ropeAngles(step, c.ropes.sliding) };
    const ids = replaceIds(step.tokens, c.placeholders, c.padding);
    const embedded = embed(ids, w.at("embed_tokens")).mul(Math.sqrt(c.hidden));
    let x = c.placeholders.length > 0 ? step.overlay(embedded) : embedded;
    step.tap("embed", x);
    const perLayer =
      c.perLayer > 0 ? perLayerInputs(x, ids, w, { ...c, layerCount: c.layers.length }) : undefined;
    c.layers.forEach(({ kind }, i) => {
      x = layer(x, w.at(`layers.${i}`), c, step, angles[kind], i, perLayer);
      step.tap(`layer${i}`, x);
    });
    const last = rmsNorm(x, w.at("norm"), c.eps);
    step.tap("final", last);
    const logits = languageHead(step.wanted(last), weights, c);
    return c.softcap ? softcap(logits, c.softcap) : logits;
  },
};
