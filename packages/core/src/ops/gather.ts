import { EngineError } from "../error.ts";
import { label } from "../label.ts";
import type { Op } from "../op.ts";
import type { Tensor } from "../tensor.ts";

/** Rows of a table [n, width] by i32 ids [...]: f32 [..., width]. The runtime checks ids before they get here. */
export const gatherOp: Op = {
  name: "gather",
  rowwise: true,
  infer([table, ids]) {
    if (table!.shape.length !== 2 || ids!.dtype !== "i32") {
      throw new EngineError(
        "bad-shape",
        `gather: takes a table [n, width] and i32 ids, not ${label(table!)} and ${label(ids!)}.`,
      );
    }
    return { shape: [...ids!.shape, table!.shape[1]!], dtype: "f32" };
  },
  reference([table, ids], out) {
    const width = table!.shape[1]!;
    ids!.data.forEach((id: number, row: number) => {
      out.data.set(table!.data.subarray(id * width, (id + 1) * width), row * width);
    });
  },
};

export const gather = (table: Tensor, ids: Tensor): Tensor => table.graph.emit(gatherOp, [table, ids]);
