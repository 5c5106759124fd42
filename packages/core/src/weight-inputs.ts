import type { Graph, Node } from "./graph.ts";

/** What each weight of a product is multiplied by, [tokens or rows, in], under the weight's name: for calibration. */
export function weightInputs(graph: Graph): ReadonlyMap<string, Node> {
  const found = new Map<string, Node>();
  for (const { op, inputs } of graph.nodes) {
    const [x, ...others] = inputs;
    if ((op.name !== "matmul" && op.name !== "expert-matmul") || x!.shape.length !== 2) continue;
    for (const weight of others) if (weight.op.name === "weight") found.set(String(weight.attrs.name), x!);
  }
  return found;
}
