import { EngineError } from "../error.ts";
import { label } from "../label.ts";
import type { Op } from "../op.ts";
import { type Dim, elements } from "../shape.ts";
import type { Tensor } from "../tensor.ts";
import { weightOp, weightRows } from "./sources.ts";

export interface SliceAttrs {
  readonly axis: number;
  readonly begin: number;
  readonly end: number;
}

/** Elements begin ≤ i < end of one axis of fixed size. */
export const sliceOp: Op = {
  name: "slice",
  rowwise: true,
  infer([x], attrs) {
    const { axis, begin, end } = attrs as unknown as SliceAttrs;
    const size = x!.shape[axis];
    if (typeof size !== "number" || begin < 0 || begin > end || end > size) {
      throw new EngineError(
        "bad-shape",
        `slice: ${begin} to ${end} is outside axis ${axis} of ${label(x!)}.`,
      );
    }
    return { shape: x!.shape.map((dim: Dim, i) => (i === axis ? end - begin : dim)), dtype: x!.dtype };
  },
  reference([x], out, attrs) {
    const { axis, begin, end } = attrs as unknown as SliceAttrs;
    const inner = elements(x!.shape.slice(axis + 1));
    const from = x!.shape[axis]! * inner;
    const to = (end - begin) * inner;
    const outer = elements(x!.shape.slice(0, axis));
    for (let i = 0; i < outer; i++) {
      out.data.set(x!.data.subarray(i * from + begin * inner, i * from + end * inner), i * to);
    }
  },
};

export function slice(x: Tensor, range: SliceAttrs): Tensor {
  const axis = range.axis < 0 ? x.shape.length + range.axis : range.axis;
  if (x.node.op === weightOp && axis === 0) return weightRows(x, range.begin, range.end);
  if (range.begin === 0 && range.end === x.shape[axis]) return x;
  return x.graph.emit(sliceOp, [x], { ...range, axis });
}
