import type { Graph, Node } from "./graph.ts";
import { add, div, mul, sub } from "./ops/arithmetic.ts";
import { reshape } from "./ops/reshape.ts";
import { slice } from "./ops/slice.ts";
import type { DType, Shape } from "./shape.ts";

/** A value not yet computed. It knows its graph, so capture needs no global state. */
export class Tensor {
  constructor(
    readonly graph: Graph,
    readonly node: Node,
  ) {}

  get shape(): Shape {
    return this.node.shape;
  }

  get dtype(): DType {
    return this.node.dtype;
  }

  add(other: Tensor | number): Tensor {
    return add(this, other);
  }

  sub(other: Tensor | number): Tensor {
    return sub(this, other);
  }

  mul(other: Tensor | number): Tensor {
    return mul(this, other);
  }

  div(other: Tensor | number): Tensor {
    return div(this, other);
  }

  reshape(shape: Shape): Tensor {
    return reshape(this, shape);
  }

  /** Elements begin ≤ i < end of one axis; a negative axis counts from the end. */
  slice(axis: number, begin: number, end: number): Tensor {
    return slice(this, { axis, begin, end });
  }

  /** [rows, heads · size] as [rows, heads, size]. */
  heads(count: number): Tensor {
    const width = this.shape[this.shape.length - 1] as number;
    return reshape(this, [...this.shape.slice(0, -1), count, width / count]);
  }

  /** [rows, heads, size] as [rows, heads · size]. */
  merge(): Tensor {
    const [heads, size] = this.shape.slice(-2) as [number, number];
    return reshape(this, [...this.shape.slice(0, -2), heads * size]);
  }
}
