/** How groups of values become whole numbers that share a scale. */
export interface GroupLayout {
  readonly bits: 4 | 8;
  /** Values of one line, a multiple of `group`. */
  readonly columns: number;
  /** Values that share a scale, a multiple of 32. */
  readonly group: number;
  /** What a squared error of each column weighs, [columns]; all the same unless told. */
  readonly importance?: Float32Array | undefined;
}

export interface RoundedGroups {
  /** Codes from 0 up, the middle one standing for zero; of 4 bits two to a byte, the first in its lower half. */
  readonly packed: Uint8Array;
  /** f16 bits, one for each group. */
  readonly scale: Uint16Array;
}

/** Lines of values, [n, columns], all finite. */
export type RoundGroups = (values: Float32Array, layout: GroupLayout) => RoundedGroups;

/** A module that quantizing threads load. */
export interface RoundingModule {
  readonly roundGroups: RoundGroups;
}
