import type { Step, Tensor, Weights } from "@engine/core";
import { embed } from "./embed.ts";
import { rmsNorm } from "./rms-norm.ts";
import { textWeights } from "./text-weights.ts";

/**
 * The usual frame of a decoder: embedding, layers, final norm, the rows that are wanted [rows, hidden]. `layer`
 * takes the residual stream [tokens, hidden] and the layer's weights.
 */
export function decoder(
  step: Step,
  weights: Weights,
  c: { readonly layers: number; readonly eps: number },
  layer: (x: Tensor, w: Weights, index: number) => Tensor,
): Tensor {
  const w = textWeights(weights);
  let x = embed(step.tokens, w.at("embed_tokens"));
  step.tap("embed", x);
  for (let i = 0; i < c.layers; i++) {
    x = layer(x, w.at(`layers.${i}`), i);
    step.tap(`layer${i}`, x);
  }
  const last = rmsNorm(x, w.at("norm"), c.eps);
  step.tap("final", last);
  return step.wanted(last);
}
