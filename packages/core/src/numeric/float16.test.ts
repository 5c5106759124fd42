import { expect, test } from "vitest";
import { bf16ToF32, decodeFloats, encodeFloats, f16ToF32, f32ToBf16, f32ToF16, roundTo } from "./float16.ts";

/** What both 16-bit types share, with their fields' widths. */
const TYPES = [
  { name: "f16", exponentBits: 5, fractionBits: 10, toF32: f16ToF32, fromF32: f32ToF16 },
  { name: "bf16", exponentBits: 8, fractionBits: 7, toF32: bf16ToF32, fromF32: f32ToBf16 },
] as const;

/** The value by the definition of IEEE 754, in doubles. */
function defined(bits: number, exponentBits: number, fractionBits: number): number {
  const bias = 2 ** (exponentBits - 1) - 1;
  const exponent = (bits & 0x7fff) >> fractionBits;
  const fraction = bits & (2 ** fractionBits - 1);
  const sign = bits >= 0x8000 ? -1 : 1;
  if (exponent === 2 ** exponentBits - 1) return fraction ? Number.NaN : sign * Number.POSITIVE_INFINITY;
  if (exponent === 0) return sign * fraction * 2 ** (1 - bias - fractionBits);
  return sign * (2 ** fractionBits + fraction) * 2 ** (exponent - bias - fractionBits);
}

test.each(TYPES)("every $name has the value its bits define, and comes back as the same bits", (type) => {
  for (let bits = 0; bits < 65536; bits++) {
    const value = type.toF32(bits);
    const expected = defined(bits, type.exponentBits, type.fractionBits);
    if (!Object.is(value, expected)) expect(value, `0x${bits.toString(16)}`).toBe(expected);
    const back = type.fromF32(value);
    if (Number.isNaN(value)) expect(Number.isNaN(type.toF32(back))).toBe(true);
    else if (back !== bits) expect(back, String(value)).toBe(bits);
  }
});

test.each(TYPES)("values between two $name go to the nearer, and halfway to the even one", (type) => {
  const largest = (2 ** type.exponentBits - 1) * 2 ** type.fractionBits - 1;
  for (let bits = 0; bits < largest; bits++) {
    const [low, high] = [type.toF32(bits), type.toF32(bits + 1)];
    const middle = (low + high) / 2;
    const step = Math.abs(high - low) / 64;
    const even = bits % 2 === 0 ? bits : bits + 1;
    const rounded = [middle, middle - step, middle + step].map((x) => type.fromF32(x));
    if (rounded.join() !== [even, bits, bits + 1].join()) {
      expect(rounded, `0x${bits.toString(16)}`).toEqual([even, bits, bits + 1]);
    }
  }
});

test("too large becomes infinity, of either sign", () => {
  expect([65519.99, 65520, -65520, 1e30].map(f32ToF16)).toEqual([0x7bff, 0x7c00, 0xfc00, 0x7c00]);
  expect(f32ToBf16(3.4e38)).toBe(0x7f80);
  expect(f32ToBf16(Number.NEGATIVE_INFINITY)).toBe(0xff80);
});

test.each(["f32", "f16", "bf16"])("%s bytes are little-endian and need no alignment", (type) => {
  const values = Float32Array.of(1, -2.5, 0.15625, 1000);
  const bytes = encodeFloats(type, values);
  expect([...bytes.subarray(0, bytes.length / 4)].at(-1)).toBe(type === "f16" ? 0x3c : 0x3f);
  const shifted = new Uint8Array(bytes.length + 1);
  shifted.set(bytes, 1);
  expect(decodeFloats(type, shifted.subarray(1))).toEqual(values);
});

test("a round trip through a storage type", () => {
  expect(roundTo("f32", 0.1)).toBe(0.1);
  expect(roundTo("f16", 0.1)).toBe(0.0999755859375);
  expect(roundTo("bf16", 0.1)).toBe(0.10009765625);
  expect(() => decodeFloats("i8", new Uint8Array(2))).toThrow('"i8" is not a float type');
});
