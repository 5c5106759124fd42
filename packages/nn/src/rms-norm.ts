import { rmsNorm as op, type Tensor, type Weights } from "@engine/core";

/**
 * weight · x / rms(x) over the last axis; (1 + weight) · x / rms(x) where a family stores its weights around zero.
 * Files that store the sum name it `one_plus_weight`.
 */
export function rmsNorm(
  x: Tensor,
  w: Weights,
  eps: number,
  options: { readonly plusOne?: boolean } = {},
): Tensor {
  if (!options.plusOne) return op(x, w.get(), eps);
  return op(x, w.has("one_plus_weight") ? w.get("one_plus_weight") : w.get().add(1), eps);
}

/** x / rms(x) over the last axis, without a weight. */
export function unitNorm(x: Tensor, eps: number): Tensor {
  return op(x, undefined, eps);
}
