import type { CacheDType, CacheSpec, Graph, Node } from "@engine/core";

/** The caches a graph appends to. A cache keeps the widest window any of its readers asks for. */
export function cacheSpecs(graph: Graph, dtype: CacheDType): CacheSpec[] {
  const windows = new Map<string, number>();
  for (const node of graph.nodes) {
    if (node.op.name !== "attention") continue;
    const name = String(node.attrs.cache);
    const window = (node.attrs.window as number | undefined) ?? Number.POSITIVE_INFINITY;
    windows.set(name, Math.max(windows.get(name) ?? 0, window));
  }
  const groups = [...new Set(windows.values())];
  return graph.nodes
    .filter((node) => node.op.name === "append")
    .map((node) => {
      const [, k, v] = node.inputs as [Node, Node, Node];
      const name = String(node.attrs.cache);
      const window = windows.get(name) ?? Number.POSITIVE_INFINITY;
      return {
        name,
        group: Math.max(groups.indexOf(window), 0),
        heads: k.shape[1] as number,
        keyDim: k.shape[2] as number,
        valueDim: v.shape[2] as number,
        ...(Number.isFinite(window) && { window }),
        dtype,
      };
    });
}
