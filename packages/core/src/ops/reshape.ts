import { EngineError } from "../error.ts";
import { label } from "../label.ts";
import type { Op } from "../op.ts";
import { type Shape, showShape } from "../shape.ts";
import type { Tensor } from "../tensor.ts";

/** The same elements in the same order under another shape; every symbol stays. */
export const reshapeOp: Op = {
  name: "reshape",
  rowwise: true,
  view: true,
  infer([x], attrs) {
    const shape = attrs.shape as Shape;
    if (size(shape) !== size(x!.shape) || symbols(shape) !== symbols(x!.shape)) {
      throw new EngineError(
        "bad-shape",
        `reshape: ${label(x!)} does not hold the elements of ${showShape(shape)}.`,
      );
    }
    return { shape, dtype: x!.dtype };
  },
  reference([x], out) {
    if (out.data !== x!.data) out.data.set(x!.data);
  },
};

/** The shape's own symbol may be renamed by a pass ("tokens" to "rows"); attrs.shape follows the input then. */
export function reshape(x: Tensor, shape: Shape): Tensor {
  return x.graph.emit(reshapeOp, [x], { shape });
}

function size(shape: Shape): number {
  return shape.reduce<number>((product, dim) => (typeof dim === "number" ? product * dim : product), 1);
}

function symbols(shape: Shape): string {
  return shape.filter((dim) => typeof dim === "string").join();
}
