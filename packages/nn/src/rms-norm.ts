import { rmsNorm as op, type Tensor, type Weights } from "@engine/core";

/** weight · x / rms(x) over the last axis. */
export function rmsNorm(x: Tensor, w: Weights, eps: number): Tensor {
  return op(x, w.get(), eps);
}
