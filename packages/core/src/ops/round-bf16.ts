import { roundTo } from "../numeric/float16.ts";
import type { Op } from "../op.ts";
import type { Tensor } from "../tensor.ts";

/** f32 values that bf16 holds: the nearest, ties to the even one. What no bf16 below infinity is near to becomes infinite. */
export const roundBf16Op: Op = {
  name: "round-bf16",
  rowwise: true,
  infer: ([x]) => ({ shape: x!.shape, dtype: "f32" }),
  reference([x], out) {
    for (let i = 0; i < out.data.length; i++) out.data[i] = roundTo("bf16", x!.data[i]!);
  },
};

export const roundBf16 = (x: Tensor): Tensor => x.graph.emit(roundBf16Op, [x]);
