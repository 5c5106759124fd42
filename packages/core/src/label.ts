import { showShape } from "./shape.ts";
import type { Tensor } from "./tensor.ts";

/** How messages name a tensor: a weight by its full name, anything else by the op that made it. */
export function label(tensor: Tensor): string {
  const { op, attrs, scope } = tensor.node;
  const shape = showShape(tensor.shape);
  if (op.source && typeof attrs.name === "string") return `${op.name} "${attrs.name}" ${shape}`;
  return scope ? `${op.name} in "${scope}" ${shape}` : `${op.name} ${shape}`;
}
