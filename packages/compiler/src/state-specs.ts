import { EngineError, type Graph, type StateSpec } from "@engine/core";

/** What the graph's recurrent ops keep for each sequence. */
export function stateSpecs(graph: Graph): StateSpec[] {
  const specs = graph.nodes.flatMap((node) => {
    const shape = node.op.state?.(
      node.inputs.map((input) => graph.tensor(input)),
      node.attrs,
    );
    return shape ? [{ name: String(node.attrs.state), shape }] : [];
  });
  const twice = specs.find(({ name }, i) => specs.findIndex((other) => other.name === name) !== i);
  if (twice)
    throw new EngineError(
      "bad-shape",
      `state "${twice.name}" is kept by two ops; each needs a name of its own.`,
    );
  return specs;
}
