import { rope } from "@engine/core";
import type { OpCase } from "../op-case.ts";
import { accumulated } from "../tolerance.ts";

/** Head size and turning pairs; fewer pairs than half the size leave channels as they are. */
const SIZES = [
  [2, 1],
  [6, 3],
  [10, 5],
  [20, 10],
  [34, 17],
  [64, 32],
  [128, 64],
  [20, 4],
  [80, 16],
  [5, 1],
] as const;

export const ropeCases: readonly OpCase[] = [false, true].flatMap((interleaved) =>
  SIZES.flatMap(([size, pairs]) =>
    [1, 3].map(
      (heads): OpCase => ({
        name: `rope ${heads} × ${size}, ${pairs} ${interleaved ? "interleaved " : ""}pairs`,
        op: "rope",
        tokens: 3,
        inputs: [
          { shape: ["tokens", heads, size] },
          { shape: ["tokens", pairs] },
          { shape: ["tokens", pairs] },
        ],
        build: ([x, cos, sin]) => rope(x!, cos!, sin!, { interleaved }),
        expected: ([x, cos, sin]) => plain(x!, cos!, sin!, { heads, size, pairs, interleaved }),
        tolerance: accumulated(2, 4),
      }),
    ),
  ),
);

interface Layout {
  readonly heads: number;
  readonly size: number;
  readonly pairs: number;
  readonly interleaved: boolean;
}

function plain(
  x: Float32Array,
  cos: Float32Array,
  sin: Float32Array,
  { heads, size, pairs, interleaved }: Layout,
): Float64Array {
  const out = Float64Array.from(x);
  for (let head = 0; head < x.length / size; head++) {
    const row = Math.floor(head / heads);
    for (let p = 0; p < pairs; p++) {
      const first = head * size + (interleaved ? 2 * p : p);
      const second = head * size + (interleaved ? 2 * p + 1 : p + pairs);
      const [c, s] = [cos[row * pairs + p]!, sin[row * pairs + p]!];
      out[first] = x[first]! * c - x[second]! * s;
      out[second] = x[second]! * c + x[first]! * s;
    }
  }
  return out;
}
