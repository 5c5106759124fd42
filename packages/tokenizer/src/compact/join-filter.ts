import type { MergeTable } from "./merge-table.ts";
import type { Vocab } from "./vocab.ts";

/**
 * Whether a merge may join a token that ends with the first code point to one that begins with the second. Where it
 * says no, no merge ever crosses, and a text can be cut there without changing its ids. It may say yes too often
 * (two pairs can share a bit): a cut is then missed, which costs time only.
 */
export type JoinFilter = (before: number, after: number) => boolean;

const BITS = 2 ** 22;

export function joinFilter({ left, right, count }: MergeTable, vocab: Vocab): JoinFilter {
  const bits = new Uint8Array(BITS / 8);
  const place = (before: number, after: number) => {
    const hash = Math.imul(before, 0x9e3779b1) ^ Math.imul(after, 0x85ebca6b);
    return (hash ^ (hash >>> 15)) & (BITS - 1);
  };
  for (let i = 0; i < count; i++) {
    const bit = place(
      lastCodePoint(vocab.bytes, vocab.ends[left[i]!]!),
      codePointAt(vocab.bytes, vocab.begins[right[i]!]!),
    );
    bits[bit >> 3]! |= 1 << (bit & 7);
  }
  return (before, after) => {
    const bit = place(before, after);
    return ((bits[bit >> 3]! >> (bit & 7)) & 1) === 1;
  };
}

function lastCodePoint(bytes: Uint8Array, end: number): number {
  let at = end - 1;
  while ((bytes[at]! & 0xc0) === 0x80) at--;
  return codePointAt(bytes, at);
}

/** The code point whose UTF-8 begins at a place. */
export function codePointAt(bytes: Uint8Array, at: number): number {
  const first = bytes[at]!;
  if (first < 0x80) return first;
  const rest = (i: number) => bytes[at + i]! & 0x3f;
  if (first < 0xe0) return ((first & 0x1f) << 6) | rest(1);
  if (first < 0xf0) return ((first & 0x0f) << 12) | (rest(1) << 6) | rest(2);
  return ((first & 0x07) << 18) | (rest(1) << 12) | (rest(2) << 6) | rest(3);
}
