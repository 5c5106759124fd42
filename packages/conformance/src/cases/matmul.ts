import { matmul, roundTo } from "@engine/core";
import type { OpCase } from "../op-case.ts";
import { accumulated } from "../tolerance.ts";
import { ROW_COUNTS, WEIGHT_TYPES, WIDTHS } from "./sizes.ts";
import { rowsOf } from "./softmax.ts";

/** Activations rounded to bf16, by every float type: one row and many, odd sizes, more than one block of the depth. */
export const matmulBf16Cases: readonly OpCase[] = WEIGHT_TYPES.flatMap((type) =>
  [
    [33, 17, 1],
    [1, 5, 2],
    [80, 31, 3],
    [64, 64, 33],
    [1100, 50, 19],
  ].map(([width, columns, tokens]) => matmulCase(type, width!, columns!, tokens!, "bf16")),
);

export const matmulCases: readonly OpCase[] = [
  ...WEIGHT_TYPES.flatMap((type) => WIDTHS.map((width) => matmulCase(type, width, 17, 3))),
  ...WEIGHT_TYPES.flatMap((type) => WIDTHS.map((columns) => matmulCase(type, 33, columns, 2))),
  ...WEIGHT_TYPES.flatMap((type) => ROW_COUNTS.map((rows) => matmulCase(type, 80, 31, rows))),
  {
    name: "matmul of each head",
    op: "matmul",
    tokens: 3,
    inputs: [{ shape: ["tokens", 4, 20] }, { shape: [7, 20], type: "bf16" }],
    build: ([x, w]) => matmul(x!, w!),
    expected: ([x, w]) => plain(x!, w!, 20),
    tolerance: accumulated(20, 4),
  },
  {
    name: "matmul by rows 5 to 12 of a weight",
    op: "matmul",
    tokens: 3,
    inputs: [{ shape: ["tokens", 33] }, { shape: [20, 33], type: "f16" }],
    build: ([x, w]) => matmul(x!, w!.slice(0, 5, 12)),
    expected: ([x, w]) => plain(x!, w!.subarray(5 * 33, 12 * 33), 33),
    tolerance: accumulated(33, 4),
  },
];

function matmulCase(
  type: "f32" | "f16" | "bf16",
  width: number,
  columns: number,
  tokens: number,
  activations: "f32" | "bf16" = "f32",
): OpCase {
  return {
    name: `matmul [${tokens}, ${width}] by ${type} [${columns}, ${width}]${activations === "bf16" ? ", activations in bf16" : ""}`,
    op: "matmul",
    tokens,
    activations,
    inputs: [{ shape: ["tokens", width] }, { shape: [columns, width], type }],
    build: ([x, w]) => matmul(x!, w!),
    expected: ([x, w]) =>
      plain(
        x!.map((value) => roundTo(activations, value)),
        w!,
        width,
      ),
    tolerance: accumulated(width, 4),
  };
}

function plain(x: Float32Array, w: Float32Array, width: number): number[] {
  const columns = rowsOf(w, width);
  return rowsOf(x, width).flatMap((row) =>
    columns.map((column) => row.reduce((total, value, i) => total + value * column[i]!, 0)),
  );
}
