import { Graph, type Node, type Tensor } from "@engine/core";

/** What becomes of a node in the graph `next`, where `image` tells what became of the nodes before it. */
export type Visit = (node: Node, image: (before: Node) => Tensor, next: Graph) => Tensor;

/** The graph again, each live node replaced by what `visit` makes of it. Nodes nothing needs are left behind. */
export function rewrite(graph: Graph, visit: Visit): Graph {
  const next = new Graph();
  const done = new Map<Node, Tensor>();
  const live = liveNodes(graph);
  for (const node of graph.nodes) {
    if (live.has(node))
      done.set(
        node,
        visit(node, (before) => done.get(before)!, next),
      );
  }
  for (const [name, node] of Object.entries(graph.outputs)) next.outputs[name] = done.get(node)!.node;
  return next;
}

/** The node as it was, over what its inputs became. */
export const keep: Visit = (node, image, next) => next.copy(node, node.inputs.map(image));

/** Nodes that an output or an effect depends on. */
export function liveNodes(graph: Graph): ReadonlySet<Node> {
  return ancestors([...Object.values(graph.outputs), ...graph.nodes.filter((node) => node.op.effect)]);
}

/** The nodes given, and all they depend on. */
export function ancestors(nodes: readonly Node[]): ReadonlySet<Node> {
  const found = new Set(nodes);
  for (const node of found) for (const input of node.inputs) found.add(input);
  return found;
}

/** How many inputs and outputs of the graph read each node. */
export function readers(graph: Graph): ReadonlyMap<Node, number> {
  const counts = new Map<Node, number>();
  const reads = [...graph.nodes.flatMap((node) => node.inputs), ...Object.values(graph.outputs)];
  for (const node of reads) counts.set(node, (counts.get(node) ?? 0) + 1);
  return counts;
}
