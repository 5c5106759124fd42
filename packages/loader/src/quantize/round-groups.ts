import { f16ToF32 } from "@engine/core";
import { f16Bits } from "./float-bits.ts";

export interface GroupLayout {
  readonly bits: 4 | 8;
  /** Values of one line, a multiple of `group`. */
  readonly columns: number;
  /** Values that share a scale, a multiple of 32. */
  readonly group: number;
  /** What a squared error of each column weighs, [columns]; all the same unless told. */
  readonly importance?: Float32Array | undefined;
}

export interface Rounded {
  /** Codes as `groupedIntegers` reads them. */
  readonly packed: Uint8Array;
  /** f16 bits. */
  readonly scale: Uint16Array;
}

/**
 * Which code the value of a group that is farthest from zero gets, before rounding. The range of the codes is not
 * symmetric, so it is tried on both ends; below 8 a group's few largest values are cut for the sake of the others.
 */
const REACHES = [5.6, 6, 6.4, 6.8, 7.2, 7.6, 8, 8.4, 8.8].flatMap((reach) => [reach, -reach]);
const LARGEST_F16 = 65504;

/**
 * Lines of values [n, columns] as whole numbers with an f16 scale for each group. Of 4 bits the scale is the one, among
 * some, whose codes fit best, improved by least squares; of 8 bits it is set by the largest value.
 */
export function roundGroups(values: Float32Array, layout: GroupLayout): Rounded {
  const { bits, columns, group } = layout;
  const packed = new Uint8Array((values.length * bits) / 8);
  const scale = new Uint16Array(values.length / group);
  const importance = layout.importance ?? new Float32Array(columns).fill(1);
  const largest = bits === 4 ? 15 : 255;
  const middle = 2 ** (bits - 1);
  for (let g = 0, at = 0; at < values.length; g++, at += group) {
    const wanted =
      bits === 4
        ? bestScale(values, at, { group, importance, column: at % columns })
        : peak(values, at, group) / 127;
    scale[g] = f16Bits(Math.min(Math.max(wanted, -LARGEST_F16), LARGEST_F16));
    const stored = f16ToF32(scale[g]!);
    const inverse = stored === 0 ? 0 : 1 / stored;
    for (let i = 0; i < group; i++) {
      const code = codeOf(values[at + i]! * inverse, middle, largest);
      if (bits === 8) packed[at + i] = code;
      else packed[(at + i) >> 1]! |= code << ((i & 1) * 4);
    }
  }
  return { packed, scale };
}

/** Rounded to the nearest code, inside of the range. */
function codeOf(ratio: number, middle: number, largest: number): number {
  const code = ratio + middle + 0.5;
  return code < 0 ? 0 : code >= largest + 1 ? largest : code | 0;
}

/** The value that is farthest from zero, with its sign made positive; NaN where there is one. */
function peak(values: Float32Array, at: number, group: number): number {
  let most = 0;
  for (let i = at; i < at + group; i++) {
    const size = Math.abs(values[i]!);
    if (!(size <= most)) most = size;
  }
  return most;
}

/**
 * With codes q for values x and weights w, the best scale is Σwxq / Σwq², and it takes (Σwxq)² / Σwq² off the error of
 * all zeros: the codes with the largest gain win.
 */
function bestScale(
  values: Float32Array,
  at: number,
  { group, importance, column }: { group: number; importance: Float32Array; column: number },
): number {
  const most = peak(values, at, group);
  if (!(most > 0)) return most;
  let [best, scale] = [-1, 0];
  for (const reach of REACHES) {
    const inverse = reach / most;
    let [xq, qq] = [0, 0];
    for (let i = 0; i < group; i++) {
      const x = values[at + i]!;
      const code = x * inverse + 8.5;
      const q = (code < 0 ? 0 : code >= 16 ? 15 : code | 0) - 8;
      const weighted = importance[column + i]! * q;
      xq += weighted * x;
      qq += weighted * q;
    }
    const gain = (xq * xq) / qq;
    if (qq > 0 && gain > best) {
      best = gain;
      scale = xq / qq;
    }
  }
  // No input of this group was ever seen: all codes are as good.
  return best < 0 ? most / 7 : scale;
}
