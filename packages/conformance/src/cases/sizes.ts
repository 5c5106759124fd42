import type { Turn } from "../op-case.ts";

/** Widths around the vector sizes of known devices, and odd ones. */
export const WIDTHS = [1, 3, 5, 17, 20, 31, 33, 64, 80, 129] as const;

/** One row, a few, more than a tile. */
export const ROW_COUNTS = [1, 3, 9] as const;

export const WEIGHT_TYPES = ["f32", "f16", "bf16"] as const;

/** Texts whose state goes from step to step. */
export const RECURRENT: readonly {
  readonly what: string;
  readonly lengths: readonly number[];
  readonly schedule: readonly (readonly Turn[])[];
}[] = [
  { what: "at once", lengths: [9], schedule: [[{ sequence: 0, rows: 9 }]] },
  {
    what: "in steps of changing sequences",
    lengths: [8, 5, 1],
    schedule: [
      [{ sequence: 0, rows: 5 }],
      [
        { sequence: 1, rows: 1 },
        { sequence: 0, rows: 1 },
      ],
      [
        { sequence: 0, rows: 2 },
        { sequence: 2, rows: 1 },
        { sequence: 1, rows: 3 },
      ],
      [{ sequence: 1, rows: 1 }],
    ],
  },
];
