/** The mask of `Select` that lets every token but these through; undefined where that is all of them. */
export function tokenMask(suppressed: readonly number[], vocab: number): Uint32Array | undefined {
  const ids = suppressed.filter((id) => Number.isInteger(id) && id >= 0 && id < vocab);
  if (ids.length === 0) return undefined;
  const mask = new Uint32Array(Math.ceil(vocab / 32)).fill(0xffff_ffff);
  for (const id of ids) mask[id >> 5]! &= ~(1 << (id & 31));
  return mask;
}
