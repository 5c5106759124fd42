/** Half a step of f32 at 1. */
const U = 2 ** -24;

/** An element agrees when |actual - expected| ≤ absolute + relative · |expected|. */
export interface Tolerance {
  readonly absolute: number;
  readonly relative: number;
}

/** Nothing is computed, only moved. */
export const exact: Tolerance = { absolute: 0, relative: 0 };

/** One correctly rounded f32 operation, or two. */
export const rounded: Tolerance = { absolute: 0, relative: 4 * U };

/**
 * f32 sums of `length` terms of at most `size`, in any order: 4 u · (length + 4) · size with u = 2^-24. The
 * partial sums of mixed signs grow like size · √length and round √length times in effect, which gives
 * u · length · size; the rest is room.
 */
export function accumulated(length: number, size: number): Tolerance {
  return { absolute: 4 * U * (length + 4) * size, relative: 4 * U };
}

/** Values of exp, log, sin and their kin by polynomials: sixteen steps of f32, at least those of `size`. */
export function approximated(size = 1): Tolerance {
  return { absolute: 16 * U * size, relative: 32 * U };
}

/** What differs most, as a sentence; undefined when all elements agree. */
export function mismatch(
  actual: ArrayLike<number>,
  expected: ArrayLike<number>,
  { absolute, relative }: Tolerance,
): string | undefined {
  if (actual.length !== expected.length) return `${actual.length} elements instead of ${expected.length}`;
  let [worst, at] = [0, -1];
  for (let i = 0; i < actual.length; i++) {
    const [a, e] = [actual[i]!, expected[i]!];
    if (Object.is(a, e) || a === e) continue;
    const excess = Math.abs(a - e) - (absolute + relative * Math.abs(e));
    // NaN on one side, or infinities apart, are as far off as can be.
    const off = Number.isFinite(excess) ? excess : Number.POSITIVE_INFINITY;
    if (off > worst || (off > 0 && at < 0)) [worst, at] = [off, i];
  }
  if (at < 0) return undefined;
  const allowed = absolute + relative * Math.abs(expected[at]!);
  return `element ${at} is ${actual[at]} instead of ${expected[at]}, off by ${Math.abs(actual[at]! - expected[at]!)}; ${allowed} is allowed`;
}

/** Largest |a - b|; NaN counts as infinite. */
export function maxDifference(a: ArrayLike<number>, b: ArrayLike<number>): number {
  let worst = a.length === b.length ? 0 : Number.POSITIVE_INFINITY;
  for (let i = 0; i < a.length; i++) {
    const off = Math.abs(a[i]! - b[i]!);
    worst = Math.max(worst, Number.isNaN(off) ? Number.POSITIVE_INFINITY : off);
  }
  return worst;
}
