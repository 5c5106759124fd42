import type { Op } from "../op.ts";
import type { Tensor } from "../tensor.ts";
import { scalar } from "./sources.ts";
import { exp, tanh } from "./unary.ts";

function activation(name: string, define: (x: Tensor) => Tensor): Op {
  return {
    name,
    rowwise: true,
    infer: ([x]) => ({ shape: x!.shape, dtype: "f32" }),
    define: ([x]) => define(x!),
  };
}

/** 1 / (1 + e^-x) */
export const sigmoidOp = activation("sigmoid", (x) => scalar(x.graph, 1).div(exp(x.mul(-1)).add(1)));
/** x / (1 + e^-x) */
export const siluOp = activation("silu", (x) => x.div(exp(x.mul(-1)).add(1)));
/** The tanh approximation of GELU, "gelu_pytorch_tanh". */
export const geluTanhOp = activation("gelu-tanh", (x) => {
  const inner = x.add(x.mul(x).mul(x).mul(0.044715)).mul(Math.sqrt(2 / Math.PI));
  return x.mul(0.5).mul(tanh(inner).add(1));
});

export const sigmoid = (x: Tensor): Tensor => x.graph.emit(sigmoidOp, [x]);
export const silu = (x: Tensor): Tensor => x.graph.emit(siluOp, [x]);
export const geluTanh = (x: Tensor): Tensor => x.graph.emit(geluTanhOp, [x]);
