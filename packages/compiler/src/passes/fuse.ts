import { Graph, input, type Node, type Op, sameShape } from "@engine/core";
import { keep, readers, rewrite } from "../rewrite.ts";

/** Replaces what a fused op's definition describes by the op, where nothing else reads the values in between. */
export function fuse(graph: Graph, ops: readonly Op[]): Graph {
  // Once more after each, so that what it made dead reads nothing when the next one looks.
  return ops.reduce((fused, op) => rewrite(fuseOne(fused, op), keep), graph);
}

function fuseOne(graph: Graph, op: Op): Graph {
  const { define, arity } = op;
  if (!define || arity === undefined)
    throw new Error(`fused op "${op.name}" must state "define" and "arity"`);
  const counts = readers(graph);
  return rewrite(graph, (node, image, next) => {
    const scratch = new Graph();
    const places = Array.from({ length: arity }, (_, i) =>
      input(scratch, `place ${i}`, node.shape, node.dtype),
    );
    const pattern = define(places, node.attrs).node;
    const bound = new Map<Node, Node>();
    if (node.op.name !== pattern.op.name || !matches(pattern, node, bound, counts, true))
      return keep(node, image, next);
    return next.emit(
      op,
      places.map((place) => image(bound.get(place.node)!)),
    );
  });
}

/**
 * Whether the pattern stands at `node`; binds the pattern's places on the way. Ops are told apart by name, so that
 * a family built with its own copy of core is fused too.
 */
function matches(
  pattern: Node,
  node: Node,
  bound: Map<Node, Node>,
  counts: ReadonlyMap<Node, number>,
  root: boolean,
): boolean {
  if (pattern.op.name === "input") {
    // A fused op broadcasts nothing.
    if (!sameShape(pattern.shape, node.shape) || pattern.dtype !== node.dtype) return false;
    const before = bound.get(pattern);
    if (before) return before === node;
    bound.set(pattern, node);
    return true;
  }
  const same =
    pattern.op.name === node.op.name &&
    pattern.inputs.length === node.inputs.length &&
    equalAttrs(pattern, node);
  if (!same || (!root && !pattern.op.source && counts.get(node) !== 1)) return false;
  return pattern.inputs.every((input, i) => matches(input, node.inputs[i]!, bound, counts, false));
}

function equalAttrs(a: Node, b: Node): boolean {
  return JSON.stringify(a.attrs) === JSON.stringify(b.attrs);
}
