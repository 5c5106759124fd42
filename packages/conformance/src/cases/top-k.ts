import { cast, take, topK } from "@engine/core";
import type { OpCase } from "../op-case.ts";
import { exact } from "../tolerance.ts";
import { rowsOf } from "./softmax.ts";

const SIZES = [
  [1, 1],
  [5, 2],
  [8, 8],
  [33, 4],
  [128, 8],
] as const;

/** Indices of the best, and the values there. */
export const topKCases: readonly OpCase[] = [
  ...SIZES.flatMap(([width, k]) => [topKCase(width, k), takeCase(width, k)]),
  {
    ...topKCase(6, 4, Float32Array.of(2, 7, 7, -1, 7, 2)),
    name: "top-k of equal values, the smaller index first",
  },
];

function topKCase(width: number, k: number, values?: Float32Array): OpCase {
  return {
    name: `top-k ${k} of ${width}`,
    op: "top-k",
    tokens: values ? 1 : 3,
    inputs: [{ shape: ["tokens", width], ...(values && { values }) }],
    build: ([x]) => cast(topK(x!, k)),
    expected: ([x]) => rowsOf(x!, width).flatMap((row) => best(row, k)),
    tolerance: exact,
  };
}

function takeCase(width: number, k: number): OpCase {
  return {
    name: `take ${k} of ${width}`,
    op: "take",
    tokens: 3,
    inputs: [{ shape: ["tokens", width] }, { shape: ["tokens", width] }],
    // Chosen by one input, taken from the other.
    build: ([x, y]) => take(y!, topK(x!, k)),
    expected: ([x, y]) =>
      rowsOf(x!, width).flatMap((row, i) => best(row, k).map((id) => y![i * width + id]!)),
    tolerance: exact,
  };
}

/** Indices of the k largest, one after the other. */
export function best(row: Float32Array, k: number): number[] {
  const left = [...row];
  return Array.from({ length: k }, () => {
    const at = left.indexOf(Math.max(...left));
    left[at] = Number.NEGATIVE_INFINITY;
    return at;
  });
}
