import { geluTanh, sigmoid, silu, type Tensor } from "@engine/core";
import type { OpCase } from "../op-case.ts";
import { approximated } from "../tolerance.ts";
import { WIDTHS } from "./sizes.ts";

/** The meanings, in doubles. */
export const plainActivations = {
  sigmoid: (x: number) => 1 / (1 + Math.exp(-x)),
  silu: (x: number) => x / (1 + Math.exp(-x)),
  "gelu-tanh": (x: number) => 0.5 * x * (1 + Math.tanh(Math.sqrt(2 / Math.PI) * (x + 0.044715 * x ** 3))),
};

const EMIT: Readonly<Record<string, (x: Tensor) => Tensor>> = { sigmoid, silu, "gelu-tanh": geluTanh };

/** Far from zero the exponential leaves the range of f32, and the result must not. */
const EDGES = Float32Array.of(0, -0, 1e-4, -1e-4, 5, -5, 20, -20, 80, -80, 200, -200, 1e4, -1e4);

export const activationCases: readonly OpCase[] = Object.entries(plainActivations).flatMap(
  ([op, apply]): OpCase[] => [
    ...WIDTHS.map(
      (width): OpCase => ({
        name: `${op} [tokens, ${width}]`,
        op,
        tokens: 3,
        inputs: [{ shape: ["tokens", width] }],
        build: ([x]) => EMIT[op]!(x!),
        expected: ([x]) => Array.from(x!, apply),
        tolerance: approximated(),
      }),
    ),
    {
      name: `${op} far from zero`,
      op,
      tokens: 1,
      inputs: [{ shape: ["tokens", EDGES.length], values: EDGES }],
      build: ([x]) => EMIT[op]!(x!),
      expected: ([x]) => Array.from(x!, apply),
      tolerance: approximated(),
    },
  ],
);
