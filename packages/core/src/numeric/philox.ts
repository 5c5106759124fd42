/**
 * Philox 4x32-10 (Salmon et al. 2011, "Parallel random numbers: as easy as 1, 2, 3"): four random words for
 * a key of two words and a counter of four. The same on every device, so one seed gives one text.
 */
export function philox(
  key: readonly [number, number],
  counter: readonly [number, number, number, number],
): [number, number, number, number] {
  let [k0, k1] = [key[0] >>> 0, key[1] >>> 0];
  let [c0, c1, c2, c3] = counter;
  for (let round = 0; round < 10; round++) {
    const [high0, low0] = multiply(0xd2511f53, c0);
    const [high1, low1] = multiply(0xcd9e8d57, c2);
    [c0, c1, c2, c3] = [(high1 ^ c1 ^ k0) >>> 0, low1, (high0 ^ c3 ^ k1) >>> 0, low0];
    k0 = (k0 + 0x9e3779b9) >>> 0;
    k1 = (k1 + 0xbb67ae85) >>> 0;
  }
  return [c0 >>> 0, c1 >>> 0, c2 >>> 0, c3 >>> 0];
}

/** High and low word of a 32 × 32 bit product. */
function multiply(a: number, b: number): [number, number] {
  const low = (a & 0xffff) * (b & 0xffff);
  const cross = (a >>> 16) * (b & 0xffff) + Math.floor(low / 65536);
  const cross2 = (a & 0xffff) * (b >>> 16) + (cross % 65536);
  const high = (a >>> 16) * (b >>> 16) + Math.floor(cross / 65536) + Math.floor(cross2 / 65536);
  return [high >>> 0, Math.imul(a, b) >>> 0];
}
