import { cast, cos, exp, floor, log, roundBf16, rsqrt, sin, type Tensor, tanh } from "@engine/core";
import type { OpCase } from "../op-case.ts";
import { randomValues, type ValueRange } from "../random.ts";
import { approximated, exact, rounded, type Tolerance } from "../tolerance.ts";
import { nearestEven } from "./round-to-eight.ts";
import { WIDTHS } from "./sizes.ts";

interface Unary {
  readonly emit: (x: Tensor) => Tensor;
  readonly apply: (x: number) => number;
  readonly tolerance: Tolerance;
  readonly values?: ValueRange;
  /** Where approximations go wrong first. */
  readonly edges: readonly number[];
}

const TINY = 2 ** -126;

const OPS: Readonly<Record<string, Unary>> = {
  exp: {
    emit: exp,
    apply: Math.exp,
    tolerance: approximated(0),
    edges: [0, -0, 1, -1, 20, -20, 80, -80, 88, -87, 1e-6, -1e-6, Number.NEGATIVE_INFINITY],
  },
  log: {
    emit: log,
    apply: Math.log,
    tolerance: approximated(),
    values: { positive: true },
    edges: [1, 2, 0.5, 1 + 2 ** -20, 1e-6, 1e6, 3e38, TINY],
  },
  rsqrt: {
    emit: rsqrt,
    apply: (x) => 1 / Math.sqrt(x),
    tolerance: { absolute: 0, relative: 2 ** -22 },
    values: { positive: true },
    edges: [1, 4, 2, 1e-6, 1e6, 1e-30, 1e30],
  },
  tanh: {
    emit: tanh,
    apply: Math.tanh,
    tolerance: approximated(),
    edges: [0, 1e-4, -1e-4, 0.5, 5, -5, 20, -20, 100, -100],
  },
  sin: {
    emit: sin,
    apply: Math.sin,
    tolerance: approximated(),
    edges: [0, Math.PI / 2, Math.PI, -Math.PI, 100, 1000, 4096.5, 131_071, 1_000_003],
  },
  cos: {
    emit: cos,
    apply: Math.cos,
    tolerance: approximated(),
    edges: [0, Math.PI / 2, Math.PI, -Math.PI, 100, 1000, 4096.5, 131_071, 1_000_003],
  },
  floor: {
    emit: floor,
    apply: Math.floor,
    tolerance: exact,
    edges: [0, 0.5, -0.5, 1, -1, 7.999, 16_777_216],
  },
  "round-bf16": {
    emit: roundBf16,
    apply: toEightBits,
    tolerance: exact,
    // Halves between two neighbours, in both directions, and what lies beside them; numbers too small and too large.
    edges: [
      0,
      -0,
      1,
      1 + 2 ** -8,
      1 + 3 * 2 ** -8,
      1 + 2 ** -8 + 2 ** -23,
      -1 - 2 ** -8,
      TINY,
      2 ** -130,
      5 * 2 ** -135,
      3.38e38,
      3.4e38,
      -3.4e38,
      Number.POSITIVE_INFINITY,
    ],
  },
  cast: { emit: cast, apply: (x) => x, tolerance: exact, edges: [0, 1, -1] },
};

/** The nearest number of eight significant bits, ties to even; of a fixed step below the least normal one. */
function toEightBits(x: number): number {
  if (!Number.isFinite(x) || x === 0) return x;
  const step = 2 ** (Math.max(Math.floor(Math.log2(Math.abs(x))), -126) - 7);
  const rounded = nearestEven(x / step) * step;
  return Math.abs(rounded) < 2 ** 128 ? rounded : rounded * Number.POSITIVE_INFINITY;
}

export const unaryCases: readonly OpCase[] = [
  ...Object.entries(OPS).flatMap(([op, unary]) => [
    ...WIDTHS.map((width) => unaryCase(op, unary, `[tokens, ${width}]`, 2, width)),
    unaryCase(op, unary, "at the edges of its range", 1, unary.edges.length, Float32Array.from(unary.edges)),
  ]),
  {
    name: "cast positions",
    op: "cast",
    tokens: 19,
    inputs: [],
    build: (_, step) => cast(step.positions),
    expected: () => Array.from({ length: 19 }, (_, i) => i),
    tolerance: exact,
  },
  {
    name: "rsqrt a stored weight in bf16",
    op: "rsqrt",
    tokens: 1,
    inputs: [{ shape: [17], type: "bf16", values: { positive: true } }],
    build: ([w]) => rsqrt(w!),
    expected: ([w]) => w!.map((x) => 1 / Math.sqrt(x)),
    tolerance: rounded,
  },
];

function unaryCase(
  op: string,
  { emit, apply, tolerance, values = {} }: Unary,
  what: string,
  tokens: number,
  width: number,
  given?: Float32Array,
): OpCase {
  return {
    name: `${op} ${what}`,
    op,
    tokens,
    inputs: [
      { shape: ["tokens", width], values: given ?? randomValues(`${op} ${what}`, tokens * width, values) },
    ],
    build: ([x]) => emit(x!),
    expected: ([x]) => Array.from(x!, apply),
    tolerance,
  };
}
