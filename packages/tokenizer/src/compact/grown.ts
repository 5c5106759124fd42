/** A copy with room for `needed` items at least. */
export function grown<T extends Uint8Array | Int32Array | Uint32Array | Float64Array>(
  values: T,
  needed: number,
): T {
  const wider = new (values.constructor as new (length: number) => T)(Math.max(values.length * 2, needed));
  wider.set(values);
  return wider;
}
