import { type CacheDType, type Graph, headBytes, type Node } from "@engine/core";

/** A text of two thousand such tokens stays in a processor's cache: to narrow it would save no time, only cost exactness. */
const SMALL_TOKEN = 16 * 1024;

/** What keys and values are stored as where nothing is told: f16, or f32 for models whose tokens are small. */
export function defaultKv(graph: Graph): CacheDType {
  const bytes = graph.nodes
    .filter(({ op }) => op.name === "append")
    .reduce((sum, { inputs }) => sum + tokenBytes(inputs as readonly [Node, Node, Node]), 0);
  return bytes <= SMALL_TOKEN ? "f32" : "f16";
}

/** k and v are [tokens, heads, dim]. */
function tokenBytes([, k, v]: readonly [Node, Node, Node]): number {
  const [heads, keyDim] = k.shape.slice(1) as [number, number];
  return heads * (headBytes("f32", keyDim) + headBytes("f32", v.shape[2] as number));
}
