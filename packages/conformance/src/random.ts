import { philox } from "@engine/core";

export interface ValueRange {
  /** Smallest and largest size; away from 0 and 1 by default, so that a lost factor or term shows. */
  readonly from?: number;
  readonly to?: number;
  /** All positive, or of both signs. */
  readonly positive?: boolean;
}

/** The same f32 values for the same seed, on any machine. */
export function randomValues(seed: string, count: number, range: ValueRange = {}): Float32Array {
  const { from = 0.25, to = 2, positive = false } = range;
  const key = [hash(seed, 0), hash(seed, 1)] as const;
  const out = new Float32Array(count);
  for (let i = 0; i < count; i += 4) {
    philox(key, [i, 0, 0, 0]).forEach((word, lane) => {
      if (i + lane >= count) return;
      const size = from + (to - from) * ((word >>> 1) * 2 ** -31);
      out[i + lane] = positive || (word & 1) === 0 ? size : -size;
    });
  }
  return out;
}

/** FNV-1a. */
function hash(text: string, salt: number): number {
  let state = (0x811c9dc5 ^ salt) >>> 0;
  for (const character of text) state = Math.imul(state ^ character.codePointAt(0)!, 0x01000193) >>> 0;
  return state;
}
