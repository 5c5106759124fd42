import { EngineError } from "../error.ts";
import { label } from "../label.ts";
import type { Op } from "../op.ts";
import type { Tensor } from "../tensor.ts";

/** y[row, j] = x[row, ids[row, j]]: x [rows, n], i32 ids [rows, k], f32 [rows, k]. */
export const takeOp: Op = {
  name: "take",
  rowwise: true,
  infer([x, ids]) {
    if (
      x!.shape.length !== 2 ||
      ids!.shape.length !== 2 ||
      ids!.dtype !== "i32" ||
      x!.shape[0] !== ids!.shape[0]
    ) {
      throw new EngineError(
        "bad-shape",
        `take: ${label(ids!)} are not i32 indices [rows, k] into ${label(x!)}.`,
      );
    }
    return { shape: ids!.shape, dtype: "f32" };
  },
  reference([x, ids], out) {
    const [n, k] = [x!.shape[1]!, ids!.shape[1]!];
    ids!.data.forEach((id: number, i: number) => {
      out.data[i] = x!.data[Math.floor(i / k) * n + id]!;
    });
  },
};

export const take = (x: Tensor, ids: Tensor): Tensor => x.graph.emit(takeOp, [x, ids]);
