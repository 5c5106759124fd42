import type { Step, Tensor, Weights } from "@engine/core";
import { embed } from "./embed.ts";
import { rmsNorm } from "./rms-norm.ts";
import { textWeights } from "./text-weights.ts";

/** How a family's frame differs from the usual. */
export interface DecoderFrame {
  readonly layers: number;
  readonly eps: number;
  /** Multiplies the embedding. */
  readonly scale?: number;
  /** Rows may be given as embeddings: an image's. */
  readonly overlay?: boolean;
  /** The last norm's weight is stored around zero. */
  readonly plusOne?: boolean;
  /** Names of the parts, where they are not `embed_tokens`, `layers` and `norm`. */
  readonly names?: { readonly embed?: string; readonly layers?: string; readonly norm?: string };
}

/**
 * The frame of a decoder: embedding, layers, last norm, the rows that are wanted
 * [rows, hidden]. `layer` takes the residual stream [tokens, hidden] and the layer's weights.
 */
export function decoder(
  step: Step,
  weights: Weights,
  { layers, eps, scale, overlay = false, plusOne = false, names = {} }: DecoderFrame,
  layer: (x: Tensor, w: Weights, index: number) => Tensor,
): Tensor {
  const w = textWeights(weights, names.embed);
  const embedded = embed(step.tokens, w.at(names.embed ?? "embed_tokens"));
  const scaled = scale === undefined ? embedded : embedded.mul(scale);
  let x = overlay ? step.overlay(scaled) : scaled;
  step.tap("embed", x);
  for (let i = 0; i < layers; i++) {
    x = layer(x, w.at(`${names.layers ?? "layers"}.${i}`), i);
    step.tap(`layer${i}`, x);
  }
  const last = rmsNorm(x, w.at(names.norm ?? "norm"), eps, { plusOne });
  step.tap("final", last);
  return step.wanted(last);
}
