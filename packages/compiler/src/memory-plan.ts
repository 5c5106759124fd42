import { type Bindings, bind, bytesOf, elements, type Graph, type Node } from "@engine/core";

/** Cache lines and vectors begin at multiples of this. */
const ALIGNMENT = 64;

export interface MemoryPlan {
  readonly bytes: number;
  readonly offsets: ReadonlyMap<Node, number>;
}

/** Places each computed value in one arena for the largest step; places are used again once their last reader has run. */
export function planMemory(graph: Graph, largest: Bindings): MemoryPlan {
  const lastUse = lastUses(graph);
  const offsets = new Map<Node, number>();
  const taken: { offset: number; end: number; until: number }[] = [];
  let bytes = 0;
  graph.nodes.forEach((node, index) => {
    const owner = viewed(node);
    if (node.op.source || owner.op.source) return;
    if (owner !== node) {
      offsets.set(node, offsets.get(owner)!);
      return;
    }
    const size =
      Math.ceil((elements(bind(node.shape, largest)) * bytesOf(node.dtype)) / ALIGNMENT) * ALIGNMENT;
    // What its last reader has left is free, except the inputs of the node itself.
    for (let i = taken.length - 1; i >= 0; i--) if (taken[i]!.until < index) taken.splice(i, 1);
    let offset = 0;
    for (const place of taken) {
      if (offset + size <= place.offset) break;
      offset = Math.max(offset, place.end);
    }
    offsets.set(node, offset);
    taken.push({ offset, end: offset + size, until: lastUse.get(node) ?? index });
    taken.sort((a, b) => a.offset - b.offset);
    bytes = Math.max(bytes, offset + size);
  });
  return { bytes, offsets };
}

/** The node whose bytes a view shows. */
export function viewed(node: Node): Node {
  return node.op.view ? viewed(node.inputs[0]!) : node;
}

function lastUses(graph: Graph): ReadonlyMap<Node, number> {
  const last = new Map<Node, number>();
  graph.nodes.forEach((node, index) => {
    for (const input of node.inputs) last.set(viewed(input), index);
  });
  for (const node of Object.values(graph.outputs)) last.set(viewed(node), Number.POSITIVE_INFINITY);
  return last;
}
