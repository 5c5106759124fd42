import type { OpCase } from "../op-case.ts";
import { exact } from "../tolerance.ts";

/** [axis, begin, end] of [tokens, 4, 6, 5]. */
const RANGES = [
  [1, 0, 1],
  [1, 1, 3],
  [2, 2, 6],
  [2, 5, 6],
  [3, 0, 4],
  [3, 3, 5],
  [-1, 1, 2],
] as const;

export const sliceCases: readonly OpCase[] = [
  ...RANGES.map(
    ([axis, begin, end]): OpCase => ({
      name: `slice ${begin} to ${end} of axis ${axis}`,
      op: "slice",
      tokens: 3,
      inputs: [{ shape: ["tokens", 4, 6, 5] }],
      build: ([x]) => x!.slice(axis, begin, end),
      expected: ([x]) => x!.filter((_, i) => within(coordinate(i, axis), begin, end)),
      tolerance: exact,
    }),
  ),
  {
    name: "slice columns of a stored weight in f16",
    op: "slice",
    tokens: 1,
    inputs: [{ shape: [4, 17], type: "f16" }],
    build: ([w]) => w!.slice(1, 3, 9),
    expected: ([w]) => w!.filter((_, i) => within(i % 17, 3, 9)),
    tolerance: exact,
  },
  {
    name: "slice rows of a stored weight in bf16",
    op: "slice",
    tokens: 1,
    inputs: [{ shape: [6, 17], type: "bf16" }],
    // A range of the stored weight; the sum makes it a computed value.
    build: ([w]) => w!.slice(0, 2, 5).mul(1),
    expected: ([w]) => w!.subarray(2 * 17, 5 * 17),
    tolerance: exact,
  },
];

/** Index along an axis of [tokens, 4, 6, 5] of the i-th element. */
function coordinate(i: number, axis: number): number {
  const at = [Math.floor(i / 120), Math.floor(i / 30) % 4, Math.floor(i / 5) % 6, i % 5];
  return at.at(axis)!;
}

function within(at: number, begin: number, end: number): boolean {
  return at >= begin && at < end;
}
