import { EngineError } from "../error.ts";
import { label } from "../label.ts";
import type { HostTensor, Op } from "../op.ts";
import { broadcast } from "../shape.ts";
import type { Tensor } from "../tensor.ts";
import { scalar } from "./sources.ts";

function binary(name: string, apply: (x: number, y: number) => number): Op {
  return {
    name,
    rowwise: true,
    infer([x, y]) {
      const shape = broadcast(x!.shape, y!.shape);
      if (!shape)
        throw new EngineError("bad-shape", `${name}: ${label(x!)} and ${label(y!)} do not broadcast.`);
      return { shape, dtype: "f32" };
    },
    reference([x, y], out) {
      const xs = strides(x!, out.shape);
      const ys = strides(y!, out.shape);
      const inner = out.shape.at(-1) ?? 1;
      const outer = inner === 0 ? 0 : out.data.length / inner;
      const xStep = xs.at(-1) ?? 0;
      const yStep = ys.at(-1) ?? 0;
      for (let row = 0; row < outer; row++) {
        let xi = 0;
        let yi = 0;
        for (let axis = out.shape.length - 2, rest = row; axis >= 0; axis--) {
          const size = out.shape[axis]!;
          xi += (rest % size) * xs[axis]!;
          yi += (rest % size) * ys[axis]!;
          rest = Math.floor(rest / size);
        }
        for (let i = 0; i < inner; i++, xi += xStep, yi += yStep)
          out.data[row * inner + i] = apply(x!.data[xi]!, y!.data[yi]!);
      }
    },
  };
}

/** Element steps of each axis of the result; 0 where the operand is repeated. */
function strides(x: HostTensor, shape: readonly number[]): number[] {
  const out = new Array<number>(shape.length).fill(0);
  for (let axis = x.shape.length - 1, step = 1; axis >= 0; axis--) {
    if (x.shape[axis] !== 1) out[shape.length - x.shape.length + axis] = step;
    step *= x.shape[axis]!;
  }
  return out;
}

export const addOp = binary("add", (x, y) => x + y);
export const subOp = binary("sub", (x, y) => x - y);
export const mulOp = binary("mul", (x, y) => x * y);
export const divOp = binary("div", (x, y) => x / y);
export const maxOp = binary("max", Math.max);
/** 1 where x > y, else 0. */
export const greaterOp = binary("greater", (x, y) => (x > y ? 1 : 0));

function emit(op: Op, x: Tensor, y: Tensor | number): Tensor {
  return x.graph.emit(op, [x, typeof y === "number" ? scalar(x.graph, y) : y]);
}

export const add = (x: Tensor, y: Tensor | number): Tensor => emit(addOp, x, y);
export const sub = (x: Tensor, y: Tensor | number): Tensor => emit(subOp, x, y);
export const mul = (x: Tensor, y: Tensor | number): Tensor => emit(mulOp, x, y);
export const div = (x: Tensor, y: Tensor | number): Tensor => emit(divOp, x, y);
export const max = (x: Tensor, y: Tensor | number): Tensor => emit(maxOp, x, y);
export const greater = (x: Tensor, y: Tensor | number): Tensor => emit(greaterOp, x, y);
