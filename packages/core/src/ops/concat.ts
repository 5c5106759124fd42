import { EngineError } from "../error.ts";
import { label } from "../label.ts";
import type { Op } from "../op.ts";
import { type Dim, elements } from "../shape.ts";
import type { Tensor } from "../tensor.ts";

/** Joins along one axis of fixed sizes; the other axes are equal. */
export const concatOp: Op = {
  name: "concat",
  rowwise: true,
  infer(inputs, attrs) {
    const axis = attrs.axis as number;
    const first = inputs[0]!;
    let total = 0;
    for (const x of inputs) {
      const size = x.shape[axis];
      const fits =
        x.shape.length === first.shape.length &&
        x.shape.every((dim, i) => i === axis || dim === first.shape[i]);
      if (typeof size !== "number" || !fits) {
        throw new EngineError(
          "bad-shape",
          `concat: ${label(x)} does not join ${label(first)} along axis ${axis}.`,
        );
      }
      total += size;
    }
    return { shape: first.shape.map((dim: Dim, i) => (i === axis ? total : dim)), dtype: first.dtype };
  },
  reference(inputs, out, attrs) {
    const axis = attrs.axis as number;
    const row = elements(out.shape.slice(axis));
    const outer = elements(out.shape.slice(0, axis));
    let offset = 0;
    for (const x of inputs) {
      const part = elements(x.shape.slice(axis));
      for (let i = 0; i < outer; i++)
        out.data.set(x.data.subarray(i * part, (i + 1) * part), i * row + offset);
      offset += part;
    }
  },
};

/** A negative axis counts from the end. */
export function concat(inputs: readonly Tensor[], axis: number): Tensor {
  const first = inputs[0];
  if (!first) throw new EngineError("bad-shape", "concat: needs at least one input.");
  if (inputs.length === 1) return first;
  return first.graph.emit(concatOp, inputs, { axis: axis < 0 ? first.shape.length + axis : axis });
}
