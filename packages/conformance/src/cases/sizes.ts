/** Widths around the vector sizes of known devices, and odd ones. */
export const WIDTHS = [1, 3, 5, 17, 20, 31, 33, 64, 80, 129] as const;

/** One row, a few, more than a tile. */
export const ROW_COUNTS = [1, 3, 9] as const;

export const WEIGHT_TYPES = ["f32", "f16", "bf16"] as const;
