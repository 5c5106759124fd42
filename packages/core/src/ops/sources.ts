import { EngineError } from "../error.ts";
import type { Graph } from "../graph.ts";
import type { Op } from "../op.ts";
import type { DType, Shape } from "../shape.ts";
import type { Tensor } from "../tensor.ts";
import type { Encoding } from "../weights.ts";

/** Attributes of a weight node: rows begin ≤ r < end of the stored weight (begin 0, end 1 for a 0-d one). */
export interface WeightAttrs {
  readonly name: string;
  readonly type: string;
  readonly shape: readonly number[];
  readonly begin: number;
  readonly end: number;
}

/** A stored weight, or a range of its rows. Its arithmetic is that of the f32 values it encodes. */
export const weightOp: Op = {
  name: "weight",
  rowwise: false,
  source: true,
  infer(_, attrs) {
    const { shape, begin, end } = attrs as unknown as WeightAttrs;
    return { shape: shape.length === 0 ? [] : [end - begin, ...shape.slice(1)], dtype: "f32" };
  },
};

export function weight(graph: Graph, name: string, encoding: Encoding): Tensor {
  const { type, shape } = encoding;
  return graph.emit(weightOp, [], { name, type, shape, begin: 0, end: shape[0] ?? 1 });
}

/** Rows of a stored weight as a weight of its own; the bytes are shared. */
export function weightRows(w: Tensor, begin: number, end: number): Tensor {
  const attrs = w.node.attrs as unknown as WeightAttrs;
  if (begin < 0 || begin > end || attrs.begin + end > attrs.end) {
    throw new EngineError(
      "bad-shape",
      `weight "${attrs.name}": rows ${begin} to ${end} are outside its ${attrs.end - attrs.begin} rows.`,
    );
  }
  return w.graph.emit(weightOp, [], { ...attrs, begin: attrs.begin + begin, end: attrs.begin + end });
}

/** A value the step brings: "tokens", "positions", "extents". */
export const inputOp: Op = {
  name: "input",
  rowwise: false,
  source: true,
  infer: (_, attrs) => ({ shape: attrs.shape as Shape, dtype: attrs.dtype as DType }),
};

export function input(graph: Graph, name: string, shape: Shape, dtype: DType): Tensor {
  return graph.emit(inputOp, [], { name, shape, dtype });
}

/** A value known at capture: attrs.values, row-major. */
export const constantOp: Op = {
  name: "constant",
  rowwise: false,
  source: true,
  infer: (_, attrs) => ({ shape: attrs.shape as Shape, dtype: attrs.dtype as DType }),
};

export function constant(graph: Graph, values: Float32Array, shape: Shape, dtype: DType = "f32"): Tensor {
  return graph.emit(constantOp, [], { values, shape, dtype });
}

export function scalar(graph: Graph, value: number): Tensor {
  return constant(graph, Float32Array.of(value), []);
}

/** A cache before this step's rows; a value of no bytes that orders its readers after its writers. */
export const cacheOp: Op = {
  name: "cache",
  rowwise: false,
  source: true,
  infer: () => ({ shape: [0], dtype: "f32" }),
};
