import { expect, test } from "vitest";
import { checkCacheDType, decodeHeads, encodeHeads, headBytes, roundHeads } from "./cache-values.ts";

const F = Math.fround;

test("int8: each head by its own largest size, to the nearest code, half to even", () => {
  // A scale of 1: the numbers are codes already.
  const { values, scales } = roundHeads("int8", Float32Array.of(-127, 2.5, 3.5, -0.4, 0, 0, 0, 0), 4);
  expect([...scales]).toEqual([1, 0]);
  expect([...values]).toEqual([-127, 2, 4, 0, 0, 0, 0, 0]);
  const small = roundHeads("int8", Float32Array.of(0.1, -0.05), 2);
  expect(small.scales[0]).toBe(F(F(0.1) / 127));
  expect([...encodeHeads("int8", small, 2)]).toEqual([127, 256 - 64]);
});

test("int8: what was rounded rounds to itself, even where the scale is denormal", () => {
  for (const size of [1e30, 0.7, 3e-38, 1e-43, 2e-45]) {
    const drawn = Float32Array.from({ length: 64 }, (_, i) => size * Math.sin(i * 1.7));
    const once = roundHeads("int8", drawn, 16);
    const bytes = encodeHeads("int8", once, 16);
    expect(decodeHeads("int8", bytes, { scales: once.scales, dim: 16 })).toEqual(once.values);
    for (const [i, x] of drawn.entries()) {
      // Half a step, and what a short scale cuts off at the largest size.
      expect(Math.abs(once.values[i]! - x)).toBeLessThanOrEqual(
        0.51 * once.scales[i >> 4]! + size * 2e-3 + 1e-43,
      );
    }
  }
});

test("int8: a number that is not finite makes its head NaN and no other", () => {
  for (const bad of [Number.NaN, Number.POSITIVE_INFINITY]) {
    const { values } = roundHeads("int8", Float32Array.of(1, bad, 1, -1), 2);
    expect([...values]).toEqual([Number.NaN, Number.NaN, 1, -1]);
  }
});

test("float types are rounded number by number", () => {
  expect(roundHeads("f16", Float32Array.of(0.1, 3), 2).values[0]).toBe(0.0999755859375);
  expect(roundHeads("f32", Float32Array.of(0.1), 1).values[0]).toBe(F(0.1));
  expect([headBytes("f32", 64), headBytes("f16", 64), headBytes("int8", 64)]).toEqual([256, 128, 68]);
  expect(() => checkCacheDType("q8_0")).toThrow('kv must be one of f32, f16, bf16, int8, but is "q8_0".');
});
