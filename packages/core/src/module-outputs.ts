import type { Graph, Node } from "./graph.ts";

/**
 * What each module of the checkpoint gives over all rows, under the module's path: "model.layers.3.mlp.down_proj" is
 * the product with its weight, its bias added. The names are those of transformers' modules, so traces compare.
 */
export function moduleOutputs(graph: Graph): ReadonlyMap<string, Node> {
  const found = new Map<string, Node>();
  for (const node of graph.nodes) {
    const path = node.inputs.map(modulePath).find((name) => name !== undefined);
    if (path !== undefined && node.dtype === "f32" && node.shape[0] === "tokens") found.set(path, node);
  }
  return found;
}

function modulePath({ op, attrs }: Node): string | undefined {
  return op.name === "weight" ? /^(.+)\.(weight|bias)$/.exec(String(attrs.name))?.[1] : undefined;
}
