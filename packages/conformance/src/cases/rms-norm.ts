import { rmsNorm } from "@engine/core";
import type { OpCase } from "../op-case.ts";
import { approximated } from "../tolerance.ts";
import { WEIGHT_TYPES, WIDTHS } from "./sizes.ts";
import { rowsOf } from "./softmax.ts";

export const rmsNormCases: readonly OpCase[] = [
  ...WEIGHT_TYPES.flatMap((type) =>
    WIDTHS.map(
      (width): OpCase => ({
        name: `rms-norm [tokens, ${width}] by ${type}`,
        op: "rms-norm",
        tokens: 3,
        inputs: [{ shape: ["tokens", width] }, { shape: [width], type }],
        build: ([x, w]) => rmsNorm(x!, w, 1e-5),
        expected: ([x, w]) => plain(x!, width, 1e-5, w),
        tolerance: approximated(4),
      }),
    ),
  ),
  {
    name: "rms-norm without a weight",
    op: "rms-norm",
    tokens: 3,
    inputs: [{ shape: ["tokens", 33] }],
    build: ([x]) => rmsNorm(x!, undefined, 1e-5),
    expected: ([x]) => plain(x!, 33, 1e-5),
    tolerance: approximated(4),
  },
  {
    name: "rms-norm of each head",
    op: "rms-norm",
    tokens: 3,
    inputs: [{ shape: ["tokens", 4, 5] }, { shape: [5] }],
    build: ([x, w]) => rmsNorm(x!, w, 1e-6),
    expected: ([x, w]) => plain(x!, 5, 1e-6, w),
    tolerance: approximated(4),
  },
  {
    // Small rows, where eps decides.
    name: "rms-norm of rows near zero",
    op: "rms-norm",
    tokens: 2,
    inputs: [{ shape: ["tokens", 20], values: { from: 1e-4, to: 2e-4 } }, { shape: [20] }],
    build: ([x, w]) => rmsNorm(x!, w, 1e-3),
    expected: ([x, w]) => plain(x!, 20, 1e-3, w),
    tolerance: approximated(4),
  },
];

function plain(x: Float32Array, width: number, eps: number, w?: Float32Array): number[] {
  return rowsOf(x, width).flatMap((row) => {
    const squares = row.reduce((total, value) => total + value * value, 0);
    const scale = 1 / Math.sqrt(squares / width + eps);
    return Array.from(row, (value, i) => value * scale * (w?.[i] ?? 1));
  });
}
