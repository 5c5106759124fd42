import { softmax } from "@engine/core";
import type { OpCase } from "../op-case.ts";
import { accumulated, approximated } from "../tolerance.ts";
import { WIDTHS } from "./sizes.ts";

export const softmaxCases: readonly OpCase[] = [
  ...WIDTHS.map((width) => softmaxCase(`[tokens, ${width}]`, width, 3)),
  softmaxCase("of large values", 6, 1, Float32Array.of(1e4, 1e4 - 1, -1e4, 3e38, 3e38, -3e38)),
  softmaxCase("of equal values", 5, 1, new Float32Array(5).fill(-77)),
  // Masked logits.
  softmaxCase("beside -infinity", 4, 1, Float32Array.of(0.5, Number.NEGATIVE_INFINITY, 2, -1)),
  {
    name: "softmax [tokens, 3, 5]",
    op: "softmax",
    tokens: 2,
    inputs: [{ shape: ["tokens", 3, 5] }],
    build: ([x]) => softmax(x!),
    expected: ([x]) => plain(x!, 5),
    tolerance: accumulated(5, 1),
  },
];

function softmaxCase(what: string, width: number, tokens: number, values?: Float32Array): OpCase {
  return {
    name: `softmax ${what}`,
    op: "softmax",
    tokens,
    inputs: [{ shape: ["tokens", width], values: values ?? { from: 0.25, to: 6 } }],
    build: ([x]) => softmax(x!),
    expected: ([x]) => plain(x!, width),
    tolerance: approximated(),
  };
}

function plain(x: Float32Array, width: number): number[] {
  return rowsOf(x, width).flatMap((row) => {
    const top = Math.max(...row);
    const powers = Array.from(row, (value) => Math.exp(value - top));
    const total = powers.reduce((sum, power) => sum + power, 0);
    return powers.map((power) => power / total);
  });
}

/** The rows of a row-major array. */
export function rowsOf(x: Float32Array, width: number): Float32Array[] {
  return Array.from({ length: x.length / width }, (_, i) => x.subarray(i * width, (i + 1) * width));
}
