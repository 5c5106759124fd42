/**
 * Slopes of ALiBi (Press et al. 2021, arXiv:2108.12409): powers of 2^(-8 / n) for n heads; past the closest power of two, every
 * other slope of twice as many heads.
 */
export function alibiSlopes(heads: number): number[] {
  const closest = 2 ** Math.floor(Math.log2(heads));
  const powers = (count: number): number[] =>
    Array.from({ length: count }, (_, i) => 2 ** ((-8 * (i + 1)) / count));
  const between = powers(2 * closest).filter((_, i) => i % 2 === 0);
  return [...powers(closest), ...between].slice(0, heads);
}
