import { EngineError } from "../error.ts";
import { label } from "../label.ts";
import type { Op } from "../op.ts";
import type { Tensor } from "../tensor.ts";

/**
 * Each row times the experts it is routed to. x [rows, in], or [rows, k, in] with a row for each expert; i32 ids
 * [rows, k]; then one weight [out, in] (or [1, out, in]) for each expert, so that a single expert is the unit that is
 * stored, split and fetched. f32 [rows, k, out].
 */
export const expertMatmulOp: Op = {
  name: "expert-matmul",
  rowwise: true,
  infer([x, ids, ...experts]) {
    const [out, width] = experts[0]?.shape.slice(-2) ?? [];
    const [rows, k] = ids!.shape;
    const fits = x!.shape.length === 2 || (x!.shape.length === 3 && x!.shape[1] === k);
    if (!fits || ids!.dtype !== "i32" || x!.shape[0] !== rows || x!.shape.at(-1) !== width) {
      throw new EngineError(
        "bad-shape",
        `expert-matmul: ${label(x!)} with ids ${label(ids!)} does not fit ${experts[0] ? label(experts[0]) : "no experts"}.`,
      );
    }
    for (const expert of experts) {
      if (expert.shape.at(-1) !== width || expert.shape.at(-2) !== out) {
        throw new EngineError(
          "bad-shape",
          `expert-matmul: ${label(expert)} differs in shape from ${label(experts[0]!)}.`,
        );
      }
    }
    return { shape: [rows!, k!, out!], dtype: "f32" };
  },
  reference([x, ids, ...experts], out) {
    const k = ids!.shape[1]!;
    const [columns, width] = experts[0]!.shape.slice(-2) as [number, number];
    ids!.data.forEach((id: number, i: number) => {
      const from = (x!.shape.length === 2 ? Math.floor(i / k) : i) * width;
      const w = experts[id]!.data;
      for (let o = 0; o < columns; o++) {
        let total = 0;
        for (let j = 0; j < width; j++) total += x!.data[from + j]! * w[o * width + j]!;
        out.data[i * columns + o] = total;
      }
    });
  },
};

export function expertMatmul(x: Tensor, ids: Tensor, experts: readonly Tensor[]): Tensor {
  return x.graph.emit(expertMatmulOp, [x, ids, ...experts]);
}
