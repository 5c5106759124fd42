import type { OpCase } from "../op-case.ts";
import { exact } from "../tolerance.ts";

/** The rows themselves; suites choose which are wanted. Over "rows", later ops run on the chosen ones only. */
export const wantedCases: readonly OpCase[] = [1, 2, 20].map(
  (width): OpCase => ({
    name: `wanted rows of ${width}`,
    op: "wanted",
    tokens: 7,
    inputs: [{ shape: ["tokens", width] }],
    build: ([x]) => x!.mul(1),
    expected: ([x]) => x!,
    tolerance: exact,
  }),
);
