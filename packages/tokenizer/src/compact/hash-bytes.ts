/** The base of the polynomial; odd, so that powers of it stay apart. */
export const HASH_BASE = 0x01000193;

/**
 * A polynomial over bytes, 32 bits. It goes on from the hash of what stands before, so that of a whole follows from its
 * first part's; and with powers of the base, that of a part from those of two beginnings.
 */
export function hashBytes(bytes: Uint8Array, begin: number, end: number, from = 0): number {
  let hash = from;
  for (let i = begin; i < end; i++) hash = (Math.imul(hash, HASH_BASE) + bytes[i]! + 1) | 0;
  return hash;
}
