import { Graph, input, type Node, type Op, sameShape, type Tensor } from "@engine/core";
import { keep, readers, rewrite } from "../rewrite.ts";

/** Replaces what a fused op's definition describes by the op, where nothing else reads the values in between. */
export function fuse(graph: Graph, ops: readonly Op[]): Graph {
  // Once more after each, so that what it made dead reads nothing when the next one looks.
  return ops.reduce((fused, op) => rewrite(fuseOne(fused, op), keep), graph);
}

interface Pattern {
  readonly places: readonly Tensor[];
  readonly root: Node;
}

function fuseOne(graph: Graph, op: Op): Graph {
  const { define, arity } = op;
  if (!define || arity === undefined)
    throw new Error(`fused op "${op.name}" must state "define" and "arity"`);
  const counts = readers(graph);
  // Layers are alike: nodes of one kind share a pattern.
  const patterns = new Map<string, Pattern>();
  const patternFor = ({ shape, dtype, attrs }: Node): Pattern => {
    const key = JSON.stringify([dtype, shape, attrs]);
    const known = patterns.get(key);
    if (known) return known;
    const scratch = new Graph();
    const places = Array.from({ length: arity }, (_, i) => input(scratch, `place ${i}`, shape, dtype));
    const made = { places, root: define(places, attrs).node };
    patterns.set(key, made);
    return made;
  };
  return rewrite(graph, (node, image, next) => {
    // A definition ends in an op.
    if (node.op.source) return keep(node, image, next);
    const { places, root } = patternFor(node);
    const bound = new Map<Node, Node>();
    if (node.op.name !== root.op.name || !matches(root, node, bound, counts, true))
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
