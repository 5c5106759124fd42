import { f16ToF32, type GroupLayout, type RoundedGroups } from "@engine/core";
import { f16Bits } from "./float-bits.ts";

/**
 * The code, before rounding, that the value of a group farthest from zero gets: at the end of the range that reaches
 * farther, or a little cut for the sake of the others. Trying the other end too lowers the error by 0.05 %.
 */
const REACHES = [-8.8, -8.4, -8, -7.6, -7.2, -6.8];
/** The nearest code, inside of −8 to 7, of a ratio from −16 to 15: CODES[ratio + 16.5 without its fraction]. */
const CODES = Float64Array.from({ length: 32 }, (_, i) => Math.min(7, Math.max(-8, i - 16)));
const LARGEST_F16 = 65504;

/**
 * Lines of values [n, columns] as whole numbers with an f16 scale for each group. Of 4 bits the scale is the one, among
 * some, whose codes fit best, improved by least squares; of 8 bits it is set by the largest value.
 */
export function roundGroups(values: Float32Array, layout: GroupLayout): RoundedGroups {
  const { bits, columns, group } = layout;
  const packed = new Uint8Array((values.length * bits) / 8);
  const scale = new Uint16Array(values.length / group);
  const { importance } = layout;
  const largest = bits === 4 ? 15 : 255;
  const middle = 2 ** (bits - 1);
  for (let g = 0, at = 0; at < values.length; g++, at += group) {
    const extreme = farthest(values, at, group);
    const wanted =
      bits === 8 || extreme === 0
        ? Math.abs(extreme) / 127
        : bestScale(values, { at, group, extreme, importance, column: at % columns });
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

/** The value that is farthest from zero. */
function farthest(values: Float32Array, at: number, group: number): number {
  let [extreme, most] = [0, 0];
  for (let i = at; i < at + group; i++) {
    const size = Math.abs(values[i]!);
    if (size > most) {
      most = size;
      extreme = values[i]!;
    }
  }
  return extreme;
}

interface Group {
  readonly at: number;
  readonly group: number;
  readonly extreme: number;
  readonly importance: Float32Array | undefined;
  /** Of its first value. */
  readonly column: number;
}

/**
 * With codes q for values x and weights w, the best scale is Σwxq / Σwq², and it takes (Σwxq)² / Σwq² off the error of
 * all zeros: the codes with the largest gain win.
 */
function bestScale(values: Float32Array, { at, group, extreme, importance, column }: Group): number {
  let [best, scale] = [0, extreme / -8];
  for (const reach of REACHES) {
    const inverse = reach / extreme;
    let [xq, qq] = [0, 0];
    if (importance) {
      for (let i = 0; i < group; i++) {
        const x = values[at + i]!;
        const q = CODES[(x * inverse + 16.5) | 0]!;
        const weighted = importance[column + i]! * q;
        xq += weighted * x;
        qq += weighted * q;
      }
    } else {
      for (let i = 0; i < group; i++) {
        const x = values[at + i]!;
        const q = CODES[(x * inverse + 16.5) | 0]!;
        xq += q * x;
        qq += q * q;
      }
    }
    const gain = (xq * xq) / qq;
    if (gain > best) {
      best = gain;
      scale = xq / qq;
    }
  }
  return scale;
}
