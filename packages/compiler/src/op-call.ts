import type { Node, OpCall } from "@engine/core";

/** The question "can you run this?" for a node. */
export function opCall(node: Node): OpCall {
  return {
    op: node.op,
    shapes: node.inputs.map((input) => input.shape),
    types: node.inputs.map((input) => (input.op.name === "weight" ? String(input.attrs.type) : input.dtype)),
    attrs: node.attrs,
  };
}
