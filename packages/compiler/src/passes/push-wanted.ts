import { type Attrs, Graph, type Node, type Tensor, wanted } from "@engine/core";
import { ancestors, liveNodes } from "../rewrite.ts";

/**
 * Moves the choice of wanted rows towards the inputs, through every op that works row by row, up to values
 * all rows need: what a cache takes, and outputs over all tokens. Layers that own no cache then run for wanted rows only.
 */
export function pushWanted(graph: Graph): Graph {
  const next = new Graph();
  const whole = new Map<Node, Tensor>();
  const chosen = new Map<Node, Tensor>();
  const needed = ancestors([
    ...graph.nodes.filter((node) => node.op.effect),
    ...Object.values(graph.outputs).filter((node) => node.shape[0] === "tokens"),
  ]);

  // What `make` gives, once for each node.
  const once = (known: Map<Node, Tensor>, node: Node, make: () => Tensor): Tensor => {
    const before = known.get(node);
    if (before) return before;
    const made = make();
    known.set(node, made);
    return made;
  };
  const all = (node: Node): Tensor =>
    once(whole, node, () =>
      node.op.name === "wanted" ? rows(node.inputs[0]!) : next.copy(node, node.inputs.map(all)),
    );
  const rows = (node: Node): Tensor =>
    once(chosen, node, () => {
      if (!node.shape.includes("tokens")) return all(node);
      if (needed.has(node) || !node.op.rowwise || node.op.source) return wanted(all(node));
      return next.emit(node.op, node.inputs.map(rows), renamed(node.attrs));
    });

  // In the order of the graph, so that the recursion stays shallow and writers keep their order.
  const live = liveNodes(graph);
  for (const node of graph.nodes) if (needed.has(node) && live.has(node)) all(node);
  for (const [name, node] of Object.entries(graph.outputs)) next.outputs[name] = all(node).node;
  return next;
}

/** Shapes in attributes follow the rows they describe. */
function renamed(attrs: Attrs): Attrs {
  const rename = (value: unknown): unknown =>
    Array.isArray(value) ? value.map((dim) => (dim === "tokens" ? "rows" : dim)) : value;
  return Object.fromEntries(Object.entries(attrs).map(([key, value]) => [key, rename(value)]));
}
