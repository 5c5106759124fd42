import { SEQUENCE, type StepInput } from "@engine/core";

export interface StepOptions {
  /** Places cached already. */
  readonly cached?: number;
  /** The one sequence's blocks, the same ones in both groups. */
  readonly blocks?: readonly number[];
  /** All rows unless told. */
  readonly wanted?: readonly number[];
}

/** A step of one sequence, written out by hand: what a backend gets, without the runtime between. */
export function singleStep(tokens: readonly number[], options: StepOptions = {}): StepInput {
  const { cached = 0, blocks = [0, 1, 2, 3], wanted = tokens.map((_, i) => i) } = options;
  const sequences = new Int32Array(SEQUENCE.stride).fill(-1);
  sequences[SEQUENCE.firstRow] = 0;
  sequences[SEQUENCE.rows] = tokens.length;
  sequences[SEQUENCE.cached] = cached;
  sequences[SEQUENCE.prompt] = 1;
  return {
    tokens: Int32Array.from(tokens),
    positions: Int32Array.from(tokens, (_, i) => cached + i),
    extents: Int32Array.from(tokens, () => cached + tokens.length),
    sequences,
    tables: [Int32Array.from(blocks), Int32Array.from(blocks)],
    wanted: Int32Array.from(wanted),
  };
}
