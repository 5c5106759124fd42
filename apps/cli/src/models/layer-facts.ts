import type { Graph, Node } from "@engine/core";

/** One owner of keys and values, as the graph has it. */
export interface LayerFacts {
  readonly name: string;
  readonly heads: number;
  readonly kvHeads: number;
  readonly keyDim: number;
  readonly valueDim: number;
  /** Keys a row may see; null: all before it. */
  readonly window: number | null;
}

/** What attention and caches look like, read off the graph: true of any family. */
export function layerFacts(graph: Graph): LayerFacts[] {
  const readers = graph.nodes.filter((node) => node.op.name === "attention");
  return graph.nodes
    .filter((node) => node.op.name === "append")
    .map((node) => {
      const name = String(node.attrs.cache);
      const own = readers.filter((reader) => reader.attrs.cache === name);
      const [, k, v] = node.inputs as [Node, Node, Node];
      const windows = own.map(
        ({ attrs }) => (attrs.window as number | undefined) ?? Number.POSITIVE_INFINITY,
      );
      const widest = Math.max(0, ...windows);
      return {
        name,
        heads: Math.max(0, ...own.map((reader) => Number(reader.shape[1]))),
        kvHeads: Number(k.shape[1]),
        keyDim: Number(k.shape[2]),
        valueDim: Number(v.shape[2]),
        window: widest > 0 && Number.isFinite(widest) ? widest : null,
      };
    });
}

/** Layers that look the same, told once: "24 × 32 heads, 8 key-value heads of 128". */
export function showLayers(layers: readonly LayerFacts[]): string {
  const kinds = new Map<string, number>();
  for (const { heads, kvHeads, keyDim, valueDim, window } of layers) {
    const size = keyDim === valueDim ? String(keyDim) : `${keyDim} and ${valueDim}`;
    const reach = window === null ? "" : `, window ${window}`;
    const text = `${heads} heads over ${kvHeads} key-value heads of ${size}${reach}`;
    kinds.set(text, (kinds.get(text) ?? 0) + 1);
  }
  return [...kinds].map(([text, count]) => `${count} × ${text}`).join("; ");
}
