import { elements, type Node, type Program } from "@engine/core";

/** Multiply-adds in matrix products: for each token of a prompt, and for each row that is wanted. */
export function matmulWork(program: Program): { readonly tokens: number; readonly rows: number } {
  const total = { tokens: 0, rows: 0 };
  for (const node of program.graph.nodes) {
    if (node.op.name !== "matmul") continue;
    const size = elements((node.inputs[1] as Node).shape as number[]);
    total[node.shape[0] === "tokens" ? "tokens" : "rows"] += size;
  }
  return total;
}
