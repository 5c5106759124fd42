import { SEQUENCE, type StepInput } from "../step-input.ts";

export interface RowPlace {
  readonly sequence: number;
  /** Place in the sequence's caches. */
  readonly place: number;
  /** Place of the last row of its media block; its own without one. */
  readonly blockEnd: number;
}

/** Whose row it is and where its key lies: for each of the step's tokens, or for each wanted row. */
export function rowPlaces(step: StepInput, symbol: "tokens" | "rows"): readonly RowPlace[] {
  const places: RowPlace[] = [];
  for (let sequence = 0; sequence * SEQUENCE.stride < step.sequences.length; sequence++) {
    const at = sequence * SEQUENCE.stride;
    const cached = step.sequences[at + SEQUENCE.cached]!;
    const rows = step.sequences[at + SEQUENCE.rows]!;
    const media = step.media?.subarray(places.length, places.length + rows);
    for (let row = 0, last = 0; row < rows; row++) {
      last = Math.max(last, row);
      while (media && media[row]! >= 0 && last + 1 < rows && media[last + 1] === media[row]) last++;
      places.push({ sequence, place: cached + row, blockEnd: cached + last });
    }
  }
  return symbol === "tokens" ? places : Array.from(step.wanted, (row) => places[row]!);
}

/** The rows of each sequence in this step. */
export function sequenceRows(
  step: StepInput,
): readonly { readonly sequence: number; readonly first: number; readonly rows: number }[] {
  return Array.from({ length: step.sequences.length / SEQUENCE.stride }, (_, sequence) => {
    const at = sequence * SEQUENCE.stride;
    return {
      sequence,
      first: step.sequences[at + SEQUENCE.firstRow]!,
      rows: step.sequences[at + SEQUENCE.rows]!,
    };
  });
}
