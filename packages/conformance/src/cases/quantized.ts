import { type Activations, expertMatmul, gather, matmul, roundTo, topK } from "@engine/core";
import { ENCODED_TYPES, encodedWeight } from "../encoded-weights.ts";
import { decoded } from "../memory-source.ts";
import type { OpCase } from "../op-case.ts";
import { accumulated, exact, type Tolerance } from "../tolerance.ts";
import { roundedToEight } from "./round-to-eight.ts";
import { rowsOf } from "./softmax.ts";
import { best } from "./top-k.ts";

const EXPERTS = 3;

/** Every type by every op that reads it: odd numbers of blocks, of outputs and of rows. */
export const quantizedCases: readonly OpCase[] = [...ENCODED_TYPES].flatMap(([type, run]) => [
  multiplied(type, { width: run, columns: 17, tokens: 1 }),
  multiplied(type, { width: 3 * run, columns: 35, tokens: 9 }),
  looked(type, 3 * run),
  routed(type, 3 * run),
]);

/** The same with activations rounded to int8, for devices that have kernels for it. */
export const int8Cases: readonly OpCase[] = [...ENCODED_TYPES].flatMap(([type, run]) => [
  multiplied(type, { width: run, columns: 17, tokens: 1, activations: "int8" }),
  multiplied(type, { width: 3 * run, columns: 35, tokens: 9, activations: "int8" }),
  routed(type, 3 * run, "int8"),
]);

/** And rounded to bf16. */
export const quantizedBf16Cases: readonly OpCase[] = [...ENCODED_TYPES].flatMap(([type, run]) => [
  multiplied(type, { width: run, columns: 17, tokens: 1, activations: "bf16" }),
  multiplied(type, { width: 3 * run, columns: 35, tokens: 19, activations: "bf16" }),
  routed(type, 3 * run, "bf16"),
]);

interface Sizes {
  readonly width: number;
  readonly columns: number;
  readonly tokens: number;
  readonly activations?: Activations;
}

/** By rows 3 to the end of a weight, so that no panel begins where the product does. */
function multiplied(type: string, { width, columns, tokens, activations = "f32" }: Sizes): OpCase {
  const encoded = encodedWeight(type, [columns + 3, width]);
  return {
    name: `matmul [${tokens}, ${width}] by ${type} [${columns}, ${width}], activations in ${activations}`,
    op: "matmul",
    tokens,
    activations,
    inputs: [{ shape: ["tokens", width] }, { shape: [columns + 3, width], encoded }],
    build: ([x, w]) => matmul(x!, w!.slice(0, 3, columns + 3)),
    expected: ([x, w]) => {
      const outputs = rowsOf(w!.subarray(3 * width), width);
      return rowsOf(asMet(x!, activations), width).flatMap((row) =>
        outputs.map((weights) => dot(row, weights)),
      );
    },
    tolerance: toleranceOf(decoded(encoded), width),
  };
}

function looked(type: string, width: number): OpCase {
  return {
    name: `gather ${type} rows of ${width}`,
    op: "gather",
    tokens: 19,
    inputs: [{ shape: [19, width], encoded: encodedWeight(type, [19, width]) }],
    build: ([table], step) => gather(table!, step.tokens),
    expected: ([table]) => table!,
    tolerance: exact,
  };
}

/** Experts stacked in one weight of three axes, as files of experts have them. */
function routed(type: string, width: number, activations: Activations = "f32"): OpCase {
  const [columns, k] = [7, 2];
  const encoded = encodedWeight(type, [EXPERTS, columns, width]);
  return {
    name: `expert-matmul ${k} of ${EXPERTS}, ${type} [${columns}, ${width}], activations in ${activations}`,
    op: "expert-matmul",
    tokens: 5,
    activations,
    inputs: [
      { shape: ["tokens", width] },
      { shape: ["tokens", EXPERTS] },
      { shape: [EXPERTS, columns, width], encoded },
    ],
    build: ([x, scores, w]) =>
      expertMatmul(
        x!,
        topK(scores!, k),
        Array.from({ length: EXPERTS }, (_, i) => w!.slice(0, i, i + 1)),
      ),
    expected: ([x, scores, w]) => {
      const experts = rowsOf(w!, columns * width);
      const rows = rowsOf(asMet(x!, activations), width);
      return rowsOf(scores!, EXPERTS).flatMap((row, i) =>
        best(row, k).flatMap((id) =>
          rowsOf(Float32Array.from(experts[id]!), width).map((weights) => dot(rows[i]!, weights)),
        ),
      );
    },
    tolerance: toleranceOf(decoded(encoded), width),
  };
}

function asMet(x: Float32Array, activations: Activations): Float32Array {
  if (activations === "bf16") return x.map((value) => roundTo("bf16", value));
  return activations === "int8" ? roundedToEight(x) : x;
}

function dot(row: ArrayLike<number>, weights: ArrayLike<number>): number {
  let sum = 0;
  for (let i = 0; i < row.length; i++) sum += row[i]! * weights[i]!;
  return sum;
}

/** Activations are at most 2; terms of scales and of least values are added apart, at twice the size of a weight. */
function toleranceOf(weights: Float32Array, width: number): Tolerance {
  const largest = weights.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
  return accumulated(width, 4 * largest);
}
