/** Bits of one element of each dtype of the format, by our name: the format's in lower case. */
const BITS: ReadonlyMap<string, number> = new Map([
  ["bool", 8],
  ["f4", 4],
  ["f6_e2m3", 6],
  ["f6_e3m2", 6],
  ["u8", 8],
  ["i8", 8],
  ["f8_e5m2", 8],
  ["f8_e4m3", 8],
  ["f8_e8m0", 8],
  ["f8_e4m3fnuz", 8],
  ["f8_e5m2fnuz", 8],
  ["i16", 16],
  ["u16", 16],
  ["f16", 16],
  ["bf16", 16],
  ["i32", 32],
  ["u32", 32],
  ["f32", 32],
  ["c64", 64],
  ["f64", 64],
  ["i64", 64],
  ["u64", 64],
]);

/** Bits of one element of a dtype ("f32", "bf16", "f8_e4m3", …); undefined for one the format does not have. */
export function bitsOf(dtype: string): number | undefined {
  return BITS.get(dtype);
}

export interface StoredSize {
  readonly bytes: number;
  /** Bytes of one row along axis 0; of the whole for a single value (shape []). */
  readonly rowBytes: number;
}

/**
 * Bytes of a tensor and of its rows. Undefined when the shape is no list of whole numbers ≥ 0, the product
 * passes 2^53 - 1, or a row is no whole number of bytes.
 */
export function sizeOf(shape: readonly number[], bits: number): StoredSize | undefined {
  let rowBits = bits;
  for (const dim of shape.slice(1)) rowBits = product(rowBits, dim);
  const rowBytes = rowBits / 8;
  const bytes = shape.length === 0 ? rowBytes : product(rowBytes, shape[0] as number);
  return Number.isSafeInteger(rowBytes) && Number.isSafeInteger(bytes) ? { bytes, rowBytes } : undefined;
}

/** NaN when a factor or the product is no safe whole number; sticks. */
function product(a: number, b: number): number {
  const result = a * b;
  return Number.isSafeInteger(result) && isWhole(b) ? result : Number.NaN;
}

export function isWhole(value: unknown): value is number {
  return Number.isSafeInteger(value) && (value as number) >= 0;
}
