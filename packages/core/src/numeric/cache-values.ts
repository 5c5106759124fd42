import { EngineError } from "../error.ts";
import { decodeFloats, encodeFloats, roundTo } from "./float16.ts";

/** What keys and values may be stored as; "int8": a code of each number, and one f32 scale for each head and place. */
export const CACHE_DTYPES = ["f32", "f16", "bf16", "int8"] as const;
export type CacheDType = (typeof CACHE_DTYPES)[number];

/** Bytes of a number, without its scale. */
const BYTES: Readonly<Record<CacheDType, number>> = { f32: 4, f16: 2, bf16: 2, int8: 1 };
/** The largest code: the range is even around 0. */
const LARGEST = 127;

/** Bytes of the keys, or of the values, of one head at one place. */
export function headBytes(dtype: CacheDType, dim: number): number {
  return BYTES[dtype] * dim + (dtype === "int8" ? 4 : 0);
}

/** Keys or values as a cache gives them back. */
export interface CachedHeads {
  /** [heads, dim] */
  readonly values: Float32Array;
  /** [heads]; empty for types without one. */
  readonly scales: Float32Array;
}

/**
 * Heads [n, dim] rounded to what a cache of this type holds, each by itself. int8: scale = m / 127 with m the head's
 * largest size, and code = x / scale to the nearest whole number, half to even (both quotients in f32); a head that is
 * all 0 has the scale 0, one with a number that is not finite reads as NaN.
 */
export function roundHeads(dtype: CacheDType, heads: Float32Array, dim: number): CachedHeads {
  if (dtype !== "int8") return { values: heads.map((x) => roundTo(dtype, x)), scales: new Float32Array(0) };
  const values = new Float32Array(heads.length);
  const scales = new Float32Array(heads.length / dim);
  for (let head = 0; head < scales.length; head++) {
    const own = heads.subarray(head * dim, (head + 1) * dim);
    const largest = own.reduce((most, x) => Math.max(most, Math.abs(x)), 0);
    const scale = Number.isFinite(largest) ? Math.fround(largest / LARGEST) : Number.NaN;
    scales[head] = scale;
    own.forEach((x, i) => {
      values[head * dim + i] = codeOf(x, scale) * scale;
    });
  }
  return { values, scales };
}

/** Rounded heads as bytes: all numbers, or codes, in their order; without the scales. */
export function encodeHeads(dtype: CacheDType, { values, scales }: CachedHeads, dim: number): Uint8Array {
  if (dtype !== "int8") return encodeFloats(dtype, values);
  const codes = Int8Array.from(values, (x, i) => codeOf(x, scales[Math.floor(i / dim)]!));
  return new Uint8Array(codes.buffer);
}

/** The numbers of such bytes. */
export function decodeHeads(
  dtype: CacheDType,
  bytes: Uint8Array,
  { scales, dim }: { readonly scales: Float32Array; readonly dim: number },
): Float32Array {
  if (dtype !== "int8") return decodeFloats(dtype, bytes);
  return Float32Array.from(
    new Int8Array(bytes.slice().buffer),
    (code, i) => code * scales[Math.floor(i / dim)]!,
  );
}

/** Throws `bad-option` for another type. */
export function checkCacheDType(type: string): asserts type is CacheDType {
  if ((CACHE_DTYPES as readonly string[]).includes(type)) return;
  throw new EngineError("bad-option", `kv must be one of ${CACHE_DTYPES.join(", ")}, but is "${type}".`);
}

function codeOf(x: number, scale: number): number {
  if (!(scale > 0)) return 0;
  const exact = Math.fround(x / scale);
  const down = Math.floor(exact);
  const rest = exact - down;
  const code = rest > 0.5 || (rest === 0.5 && down % 2 !== 0) ? down + 1 : down;
  // A scale too small for f32's full precision may be a little short.
  return Math.min(Math.max(code, -LARGEST), LARGEST);
}
