import { EngineError } from "../error.ts";
import { label } from "../label.ts";
import type { Op } from "../op.ts";
import type { Tensor } from "../tensor.ts";

/** Folds the last axis, which stays as 1. */
function reduce(name: string, start: number, apply: (total: number, x: number) => number): Op {
  return {
    name,
    rowwise: true,
    infer([x]) {
      if (typeof x!.shape.at(-1) !== "number") {
        throw new EngineError("bad-shape", `${name}: the last axis of ${label(x!)} has no fixed size.`);
      }
      return { shape: [...x!.shape.slice(0, -1), 1], dtype: "f32" };
    },
    reference([x], out) {
      const width = x!.shape.at(-1)!;
      for (let row = 0; row < out.data.length; row++) {
        let total = start;
        for (let i = 0; i < width; i++) total = apply(total, x!.data[row * width + i]!);
        out.data[row] = total;
      }
    },
  };
}

export const sumOp = reduce("sum", 0, (total, x) => total + x);
export const reduceMaxOp = reduce("reduce-max", Number.NEGATIVE_INFINITY, Math.max);

export const sum = (x: Tensor): Tensor => x.graph.emit(sumOp, [x]);
export const reduceMax = (x: Tensor): Tensor => x.graph.emit(reduceMaxOp, [x]);
