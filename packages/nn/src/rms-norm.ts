import { rmsNorm as op, type Tensor, type Weights } from "@engine/core";

/** weight · x / rms(x) over the last axis; (1 + weight) · x / rms(x) where a family stores its weights around zero. */
export function rmsNorm(
  x: Tensor,
  w: Weights,
  eps: number,
  options: { readonly plusOne?: boolean } = {},
): Tensor {
  return op(x, options.plusOne ? w.get().add(1) : w.get(), eps);
}

/** x / rms(x) over the last axis, without a weight. */
export function unitNorm(x: Tensor, eps: number): Tensor {
  return op(x, undefined, eps);
}
