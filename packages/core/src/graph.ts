import type { Attrs, Op } from "./op.ts";
import type { DType, Shape } from "./shape.ts";
import { Tensor } from "./tensor.ts";

export interface Node {
  readonly id: number;
  readonly op: Op;
  readonly inputs: readonly Node[];
  readonly shape: Shape;
  readonly dtype: DType;
  readonly attrs: Attrs;
  /** Where it stands in the model: the path of the last weight on the way here, for messages and traces. */
  readonly scope: string;
}

/** Nodes in the order of their making, which is an order they can run in. Equal calls are one node. */
export class Graph {
  readonly nodes: Node[] = [];
  readonly outputs: Record<string, Node> = {};
  readonly #known = new Map<string, Node>();
  readonly #opIds = new Map<Op, number>();

  emit(op: Op, inputs: readonly Tensor[], attrs: Attrs = {}): Tensor {
    for (const input of inputs) {
      if (input.graph !== this) throw new Error(`${op.name}: an input belongs to another graph`);
    }
    const { shape, dtype } = op.infer(inputs, attrs);
    const nodes = inputs.map((input) => input.node);
    const key = this.#key(op, nodes, attrs);
    const known = this.#known.get(key);
    if (known) return new Tensor(this, known);
    const scope = scopeOf(op, nodes, attrs);
    const node: Node = { id: this.nodes.length, op, inputs: nodes, shape, dtype, attrs, scope };
    this.nodes.push(node);
    this.#known.set(key, node);
    return new Tensor(this, node);
  }

  /** A node of another graph again in this one, over inputs already here. */
  copy(node: Node, inputs: readonly Tensor[]): Tensor {
    return this.emit(node.op, inputs, node.attrs);
  }

  tensor(node: Node): Tensor {
    return new Tensor(this, node);
  }

  #key(op: Op, inputs: readonly Node[], attrs: Attrs): string {
    const opId = this.#opIds.get(op) ?? this.#opIds.size;
    this.#opIds.set(op, opId);
    return `${opId}(${inputs.map((node) => node.id).join()})${attrsKey(attrs)}`;
  }
}

/** The same text for equal attributes; typed arrays by their values. */
function attrsKey(attrs: Attrs): string {
  return JSON.stringify(attrs, (_, value) =>
    ArrayBuffer.isView(value) ? Array.from(value as Int32Array) : value,
  );
}

function scopeOf(op: Op, inputs: readonly Node[], attrs: Attrs): string {
  if (op.source) return typeof attrs.name === "string" ? attrs.name : "";
  const weight = inputs.findLast((node) => node.op.source && node.op.name === "weight");
  if (weight) return weight.scope.replace(/\.[^.]*$/, "");
  return inputs.findLast((node) => node.scope !== "" && !node.op.source)?.scope ?? "";
}
