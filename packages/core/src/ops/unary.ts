import type { Op } from "../op.ts";
import type { DType } from "../shape.ts";
import type { Tensor } from "../tensor.ts";

function unary(name: string, apply: (x: number) => number, dtype: DType = "f32"): Op {
  return {
    name,
    rowwise: true,
    infer: ([x]) => ({ shape: x!.shape, dtype }),
    reference([x], out) {
      for (let i = 0; i < out.data.length; i++) out.data[i] = apply(x!.data[i]!);
    },
  };
}

export const expOp = unary("exp", Math.exp);
export const logOp = unary("log", Math.log);
export const rsqrtOp = unary("rsqrt", (x) => 1 / Math.sqrt(x));
export const tanhOp = unary("tanh", Math.tanh);
export const sinOp = unary("sin", Math.sin);
export const cosOp = unary("cos", Math.cos);
export const floorOp = unary("floor", Math.floor);
/** Any dtype to f32. */
export const castOp = unary("cast", (x) => x);

/** f32 whole numbers to i32. */
export const toIntOp = unary("to-int", Math.trunc, "i32");

export const exp = (x: Tensor): Tensor => x.graph.emit(expOp, [x]);
export const log = (x: Tensor): Tensor => x.graph.emit(logOp, [x]);
export const rsqrt = (x: Tensor): Tensor => x.graph.emit(rsqrtOp, [x]);
export const tanh = (x: Tensor): Tensor => x.graph.emit(tanhOp, [x]);
export const sin = (x: Tensor): Tensor => x.graph.emit(sinOp, [x]);
export const cos = (x: Tensor): Tensor => x.graph.emit(cosOp, [x]);
export const floor = (x: Tensor): Tensor => x.graph.emit(floorOp, [x]);
export const cast = (x: Tensor): Tensor => x.graph.emit(castOp, [x]);
export const toInt = (x: Tensor): Tensor => x.graph.emit(toIntOp, [x]);
