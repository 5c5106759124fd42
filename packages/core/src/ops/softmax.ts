import type { Op } from "../op.ts";
import type { Tensor } from "../tensor.ts";
import { reduceMax, sum } from "./reduce.ts";
import { exp } from "./unary.ts";

/** Over the last axis. */
export const softmaxOp: Op = {
  name: "softmax",
  rowwise: true,
  infer: ([x]) => ({ shape: x!.shape, dtype: "f32" }),
  define([x]) {
    const e = exp(x!.sub(reduceMax(x!)));
    return e.div(sum(e));
  },
};

export const softmax = (x: Tensor): Tensor => x.graph.emit(softmaxOp, [x]);
