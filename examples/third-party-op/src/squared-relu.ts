import { max, type Op, type Tensor } from "@engine/core";

/** max(x, 0)² (So et al. 2021, arXiv:2109.08668): the activation of Primer and Nemotron. */
export const squaredReluOp: Op = {
  name: "squared-relu",
  rowwise: true,
  infer: ([x]) => ({ shape: x!.shape, dtype: "f32" }),
  define([x]) {
    const positive = max(x!, 0);
    return positive.mul(positive);
  },
};

export const squaredRelu = (x: Tensor): Tensor => x.graph.emit(squaredReluOp, [x]);
