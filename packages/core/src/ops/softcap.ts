import type { Op } from "../op.ts";
import type { Tensor } from "../tensor.ts";
import { tanh } from "./unary.ts";

/** cap · tanh(x / cap): keeps values within ±cap, smoothly. */
export const softcapOp: Op = {
  name: "softcap",
  rowwise: true,
  infer: ([x]) => ({ shape: x!.shape, dtype: "f32" }),
  define: ([x], { cap }) => tanh(x!.div(cap as number)).mul(cap as number),
};

export const softcap = (x: Tensor, cap: number): Tensor => x.graph.emit(softcapOp, [x], { cap });
