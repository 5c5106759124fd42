import { expertMatmul, roundTo, topK } from "@engine/core";
import type { MemoryWeight } from "../memory-source.ts";
import type { OpCase } from "../op-case.ts";
import { accumulated } from "../tolerance.ts";
import { WEIGHT_TYPES } from "./sizes.ts";
import { rowsOf } from "./softmax.ts";
import { best } from "./top-k.ts";

const EXPERTS = 5;

/** Activations rounded to bf16. */
export const expertBf16Cases: readonly OpCase[] = [
  ...WEIGHT_TYPES.map((type) => expertCase(type, 80, 35, 2, { activations: "bf16" })),
  expertCase("bf16", 20, 9, 3, { rowForEach: true, activations: "bf16" }),
];

export const expertMatmulCases: readonly OpCase[] = [
  ...WEIGHT_TYPES.flatMap((type) => [5, 33, 80].map((width) => expertCase(type, width, 7, 2))),
  expertCase("f32", 20, 17, 1),
  expertCase("bf16", 20, 17, EXPERTS),
  // What each expert gets may be a row of its own.
  expertCase("bf16", 20, 9, 3, { rowForEach: true }),
];

function expertCase(
  type: MemoryWeight["type"],
  width: number,
  columns: number,
  k: number,
  {
    rowForEach = false,
    activations = "f32",
  }: { readonly rowForEach?: boolean; readonly activations?: "f32" | "bf16" } = {},
): OpCase {
  const x = rowForEach ? ["tokens", k, width] : ["tokens", width];
  return {
    name: `expert-matmul ${k} of ${EXPERTS}, ${type} [${columns}, ${width}]${rowForEach ? ", a row for each" : ""}${activations === "bf16" ? ", activations in bf16" : ""}`,
    op: "expert-matmul",
    tokens: 7,
    activations,
    inputs: [
      { shape: x },
      { shape: ["tokens", EXPERTS] },
      ...Array.from({ length: EXPERTS }, () => ({ shape: [columns, width], type })),
    ],
    build: ([x, scores, ...experts]) => expertMatmul(x!, topK(scores!, k), experts),
    expected: ([x, scores, ...experts]) =>
      rowsOf(scores!, EXPERTS).flatMap((row, i) =>
        best(row, k).flatMap((id, n) => {
          const from = (rowForEach ? i * k + n : i) * width;
          return rowsOf(experts[id]!, width).map((w) =>
            w.reduce((sum, value, j) => sum + value * roundTo(activations, x![from + j]!), 0),
          );
        }),
      ),
    tolerance: accumulated(width, 4),
  };
}
