import { expect } from "vitest";

/** Fails unless both hold the same f32 bits; far quicker than comparing value by value. */
export function expectSameBits(actual: Float32Array | undefined, expected: Float32Array, what = ""): void {
  expect(actual?.length, `${what} length`).toBe(expected.length);
  expect(firstDifference(actual!, expected), what).toBeUndefined();
}

function firstDifference(actual: Float32Array, expected: Float32Array): string | undefined {
  const [a, e] = [actual, expected].map((x) => new Uint32Array(x.buffer, x.byteOffset, x.length));
  const at = a!.findIndex((bits, i) => bits !== e![i]);
  return at < 0 ? undefined : `element ${at} is ${actual[at]} instead of ${expected[at]}`;
}
