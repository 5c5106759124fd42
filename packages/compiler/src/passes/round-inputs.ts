import { type Graph, type Node, roundBf16, type Tensor } from "@engine/core";
import { rewrite } from "../rewrite.ts";

const PRODUCTS = new Set(["matmul", "expert-matmul"]);

/** Rounds to bf16 what weights are multiplied by: once for all products of the same values. */
export function roundInputs(graph: Graph): Graph {
  const rounded = new Map<Node, Tensor>();
  return rewrite(graph, (node, image, next) => {
    const inputs = node.inputs.map(image);
    if (!PRODUCTS.has(node.op.name)) return next.copy(node, inputs);
    const [x, ...others] = inputs as [Tensor, ...Tensor[]];
    const bf16 = rounded.get(x.node) ?? roundBf16(x);
    rounded.set(x.node, bf16);
    return next.copy(node, [bf16, ...others]);
  });
}
