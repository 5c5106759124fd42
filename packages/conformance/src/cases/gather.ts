import { gather } from "@engine/core";
import type { OpCase } from "../op-case.ts";
import { exact } from "../tolerance.ts";
import { WEIGHT_TYPES, WIDTHS } from "./sizes.ts";

export const gatherCases: readonly OpCase[] = WEIGHT_TYPES.flatMap((type) =>
  WIDTHS.map(
    (width): OpCase => ({
      name: `gather ${type} rows of ${width}`,
      op: "gather",
      tokens: 5,
      inputs: [{ shape: [5, width], type }],
      // Sequences in turn, so that ids do not simply count up.
      schedule: [[turn(1, 2), turn(0, 1)], [turn(0, 2)]],
      build: ([table], step) => gather(table!, step.tokens),
      expected: ([table]) => table!,
      tolerance: exact,
    }),
  ),
);

function turn(sequence: number, rows: number): { readonly sequence: number; readonly rows: number } {
  return { sequence, rows };
}
