import { add, div, greater, max, mul, type Shape, sub, type Tensor } from "@engine/core";
import type { OpCase } from "../op-case.ts";
import { rounded } from "../tolerance.ts";
import { WIDTHS } from "./sizes.ts";

type Binary = (x: Tensor, y: Tensor | number) => Tensor;

const OPS: Readonly<Record<string, readonly [Binary, (x: number, y: number) => number]>> = {
  add: [add, (x, y) => x + y],
  sub: [sub, (x, y) => x - y],
  mul: [mul, (x, y) => x * y],
  div: [div, (x, y) => x / y],
  max: [max, Math.max],
  greater: [greater, (x, y) => (x > y ? 1 : 0)],
};

/** Each with the stored weight on either side, repeated along every axis that can be. */
const PAIRS: readonly (readonly [Shape, Shape])[] = [
  [
    ["tokens", 20],
    ["tokens", 20],
  ],
  [["tokens", 20], [20]],
  [[20], ["tokens", 20]],
  [["tokens", 20], []],
  [
    ["tokens", 20],
    ["tokens", 1],
  ],
  [
    ["tokens", 1],
    ["tokens", 20],
  ],
  [["tokens", 1], [20]],
  [
    ["tokens", 4, 5],
    ["tokens", 1, 5],
  ],
  [
    ["tokens", 4, 5],
    ["tokens", 4, 1],
  ],
  [
    ["tokens", 4, 5],
    [4, 1],
  ],
  [
    ["tokens", 1, 5],
    ["tokens", 4, 1],
  ],
  [["tokens", 4, 5], [5]],
  [
    ["tokens", 3, 2, 5],
    ["tokens", 1, 2, 1],
  ],
  [["tokens"], ["tokens"]],
  [
    [3, 5],
    [3, 1],
  ],
];

export const arithmeticCases: readonly OpCase[] = Object.entries(OPS).flatMap(([op, [emit, apply]]) => [
  ...PAIRS.map((shapes) => binaryCase(op, emit, apply, shapes, 3)),
  ...widths(op).map((width) => binaryCase(op, emit, apply, [["tokens", width], [width]], 1)),
  ...widths(op).map((width) =>
    binaryCase(
      op,
      emit,
      apply,
      [
        ["tokens", width],
        ["tokens", width],
      ],
      2,
    ),
  ),
  numberCase(op, emit, apply),
  typedCase(op, emit, apply, "f16"),
  typedCase(op, emit, apply, "bf16"),
]);

/** All of them for the two ops models are made of. */
function widths(op: string): readonly number[] {
  return op === "add" || op === "mul" ? WIDTHS : [1, 31, 129];
}

function binaryCase(
  op: string,
  emit: Binary,
  apply: (x: number, y: number) => number,
  shapes: readonly [Shape, Shape],
  tokens: number,
): OpCase {
  const bound = shapes.map((shape) => shape.map((dim) => (dim === "tokens" ? tokens : (dim as number))));
  return {
    name: `${op} [${shapes[0]}] with [${shapes[1]}], ${tokens} rows`,
    op,
    tokens,
    inputs: shapes.map((shape) => ({ shape })),
    build: ([x, y]) => emit(x!, y!),
    expected: ([x, y]) => broadcastBoth(x!, bound[0]!, y!, bound[1]!, apply),
    tolerance: rounded,
  };
}

function numberCase(op: string, emit: Binary, apply: (x: number, y: number) => number): OpCase {
  return {
    name: `${op} a number`,
    op,
    tokens: 3,
    inputs: [{ shape: ["tokens", 17] }],
    build: ([x]) => emit(x!, -0.75),
    expected: ([x]) => x!.map((value) => apply(value, -0.75)),
    tolerance: rounded,
  };
}

function typedCase(
  op: string,
  emit: Binary,
  apply: (x: number, y: number) => number,
  type: "f16" | "bf16",
): OpCase {
  return {
    name: `${op} a weight in ${type}`,
    op,
    tokens: 3,
    inputs: [{ shape: ["tokens", 33] }, { shape: [33], type }],
    build: ([x, w]) => emit(x!, w!),
    expected: ([x, w]) => x!.map((value, i) => apply(value, w![i % 33]!)),
    tolerance: rounded,
  };
}

/** Element by element over all index tuples of the joint shape. */
function broadcastBoth(
  x: Float32Array,
  xShape: readonly number[],
  y: Float32Array,
  yShape: readonly number[],
  apply: (x: number, y: number) => number,
): number[] {
  const rank = Math.max(xShape.length, yShape.length);
  const padded = (shape: readonly number[]) => [...new Array<number>(rank - shape.length).fill(1), ...shape];
  const [a, b] = [padded(xShape), padded(yShape)];
  const out: number[] = [];
  const visit = (axis: number, xi: number, yi: number): void => {
    if (axis === rank) {
      out.push(apply(x[xi]!, y[yi]!));
      return;
    }
    for (let i = 0; i < Math.max(a[axis]!, b[axis]!); i++) {
      visit(axis + 1, xi * a[axis]! + (a[axis] === 1 ? 0 : i), yi * b[axis]! + (b[axis] === 1 ? 0 : i));
    }
  };
  visit(0, 0, 0);
  return out;
}
