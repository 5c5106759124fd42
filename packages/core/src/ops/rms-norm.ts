import { EngineError } from "../error.ts";
import { label } from "../label.ts";
import type { Op } from "../op.ts";
import type { Tensor } from "../tensor.ts";
import { sum } from "./reduce.ts";
import { rsqrt } from "./unary.ts";

/** w · x / sqrt(mean(x²) + eps) over the last axis (Zhang & Sennrich 2019, arXiv:1910.07467); w may be left out. */
export const rmsNormOp: Op = {
  name: "rms-norm",
  rowwise: true,
  infer([x, w]) {
    const width = x!.shape.at(-1);
    if (typeof width !== "number" || (w && (w.shape.length !== 1 || w.shape[0] !== width))) {
      throw new EngineError("bad-shape", `rms-norm: ${label(x!)} does not fit ${w ? label(w) : "a norm"}.`);
    }
    return { shape: x!.shape, dtype: "f32" };
  },
  define([x, w], attrs) {
    const width = x!.shape.at(-1) as number;
    const normed = x!.mul(
      rsqrt(
        sum(x!.mul(x!))
          .mul(1 / width)
          .add(attrs.eps as number),
      ),
    );
    return w ? normed.mul(w) : normed;
  },
};

export function rmsNorm(x: Tensor, w: Tensor | undefined, eps: number): Tensor {
  return x.graph.emit(rmsNormOp, w ? [x, w] : [x], { eps });
}
