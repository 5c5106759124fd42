/** The value in the middle, or at another share of the sorted values. */
export function median(values: readonly number[], share = 0.5): number {
  return values.toSorted((a, b) => a - b)[Math.min(values.length - 1, Math.floor(values.length * share))]!;
}
