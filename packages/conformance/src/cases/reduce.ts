import { reduceMax, sum } from "@engine/core";
import type { OpCase } from "../op-case.ts";
import { accumulated, exact } from "../tolerance.ts";
import { WIDTHS } from "./sizes.ts";
import { rowsOf } from "./softmax.ts";

export const reduceCases: readonly OpCase[] = WIDTHS.flatMap((width): OpCase[] => [
  {
    name: `sum [tokens, ${width}]`,
    op: "sum",
    tokens: 3,
    inputs: [{ shape: ["tokens", width] }],
    build: ([x]) => sum(x!),
    expected: ([x]) => rowsOf(x!, width).map((row) => row.reduce((total, value) => total + value, 0)),
    tolerance: accumulated(width, 2),
  },
  {
    name: `sum [tokens, 2, ${width}]`,
    op: "sum",
    tokens: 2,
    inputs: [{ shape: ["tokens", 2, width] }],
    build: ([x]) => sum(x!),
    expected: ([x]) => rowsOf(x!, width).map((row) => row.reduce((total, value) => total + value, 0)),
    tolerance: accumulated(width, 2),
  },
  {
    name: `reduce-max [tokens, ${width}]`,
    op: "reduce-max",
    tokens: 3,
    inputs: [{ shape: ["tokens", width] }],
    build: ([x]) => reduceMax(x!),
    expected: ([x]) => rowsOf(x!, width).map((row) => Math.max(...row)),
    tolerance: exact,
  },
  {
    name: `reduce-max of negative values [tokens, ${width}]`,
    op: "reduce-max",
    tokens: 2,
    inputs: [{ shape: ["tokens", width], values: { from: -9, to: -3, positive: true } }],
    build: ([x]) => reduceMax(x!),
    expected: ([x]) => rowsOf(x!, width).map((row) => Math.max(...row)),
    tolerance: exact,
  },
]);
