import { EngineError } from "../error.ts";
import { label } from "../label.ts";
import type { Op } from "../op.ts";
import type { Tensor } from "../tensor.ts";

/** Indices of the k largest of the last axis, best first, ties to the smaller: x [rows, n] to i32 [rows, k]. */
export const topKOp: Op = {
  name: "top-k",
  rowwise: true,
  infer([x], attrs) {
    const [rows, n] = x!.shape;
    const k = attrs.k as number;
    if (x!.shape.length !== 2 || typeof n !== "number" || k < 1 || k > n) {
      throw new EngineError("bad-shape", `top-k: cannot take ${k} of the last axis of ${label(x!)}.`);
    }
    return { shape: [rows!, k], dtype: "i32" };
  },
  reference([x], out, attrs) {
    const n = x!.shape[1]!;
    const k = attrs.k as number;
    for (let row = 0; row < x!.shape[0]!; row++) {
      const values = x!.data.subarray(row * n, (row + 1) * n);
      const order = Array.from({ length: n }, (_, i) => i).sort((a, b) => values[b]! - values[a]! || a - b);
      out.data.set(order.slice(0, k), row * k);
    }
  },
};

export const topK = (x: Tensor, k: number): Tensor => x.graph.emit(topKOp, [x], { k });
