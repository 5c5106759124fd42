import { hashBytes } from "./hash-bytes.ts";
import { NotCovered } from "./not-covered.ts";

/** Where an id has no token. */
export const NONE = 0xffffffff;
const ID_BITS = 25;
const ID_MASK = 2 ** ID_BITS - 1;
export const HALF_PAIR = /\p{Cs}/u;

/** Texts one behind the other, and where each begins and ends. */
export interface PackedTexts {
  /** UTF-8. */
  readonly bytes: Uint8Array;
  /** Both 0xffffffff where an id has no text. */
  readonly begins: Uint32Array;
  readonly ends: Uint32Array;
}

/** Token texts by id and ids by text, as UTF-8 in one array with a hash table of ids beside it. */
export interface Vocab extends PackedTexts {
  /** One more than the highest id. */
  readonly size: number;
  /** The id of the token that is one run of bytes and then another, or -1; looked for at `guess` and behind it first. */
  findJoined(
    guess: number,
    left: Uint8Array,
    leftBegin: number,
    leftEnd: number,
    right: Uint8Array,
    rightBegin: number,
    rightEnd: number,
  ): number;
  /** The id of a token given as UTF-8, or -1; by its hash where that is known. */
  find(bytes: Uint8Array, begin: number, end: number, hash?: number): number;
  /** The id of a token given as text, or -1. */
  findText(text: string): number;
  text(id: number): string | undefined;
  /** Ids of tokens that begin with a text, in order. */
  startingWith(text: string): number[];
}

/**
 * Takes the arrays over. Of equal texts the first keeps it and the ids of the others are left without, where `twice` says
 * so; else throws NotCovered.
 */
export function createVocab(
  { bytes, begins, ends }: PackedTexts,
  { twice = "refuse" }: { readonly twice?: "refuse" | "first" } = {},
): Vocab {
  const size = begins.length;
  const mask = 2 ** Math.max(4, Math.ceil(Math.log2(size * 2))) - 1;
  // Seven bits of the hash above id + 1, of which there are 2^24: most tokens that are not meant are told by one look.
  const table = new Int32Array(mask + 1);
  const encoder = new TextEncoder();
  const decoder = new TextDecoder("utf-8", { ignoreBOM: true });
  const slot = (hash: number) => {
    const mixed = Math.imul(hash ^ (hash >>> 15), 0x2c1b3c6d);
    return (mixed ^ (mixed >>> 13)) & mask;
  };
  /** The place in the table of a token, or of the gap where it would be. */
  const place = (hash: number, source: Uint8Array, begin: number, length: number): number => {
    for (let at = slot(hash); ; at = (at + 1) & mask) {
      const word = table[at]!;
      if (word === 0) return at;
      if (word >>> ID_BITS !== hash >>> ID_BITS) continue;
      const id = (word & ID_MASK) - 1;
      const start = begins[id]!;
      if (ends[id]! - start === length && isSame(bytes, start, source, begin, length)) return at;
    }
  };
  for (let id = 0; id < size; id++) {
    const begin = begins[id]!;
    if (begin === NONE) continue;
    const hash = hashBytes(bytes, begin, ends[id]!);
    const at = place(hash, bytes, begin, ends[id]! - begin);
    if (table[at] === 0) table[at] = (hash & ~ID_MASK) | (id + 1);
    else if (twice === "first") begins[id] = ends[id] = NONE;
    else throw new NotCovered(`the token of ${id} has another id too`);
  }
  // Of arguments alone: a merge's bytes are compared half a million times, where an object for each would be felt.
  const isJoined = (
    id: number,
    left: Uint8Array,
    leftBegin: number,
    leftLength: number,
    right: Uint8Array,
    rightBegin: number,
    rightLength: number,
  ): boolean => {
    const start = begins[id]!;
    return (
      ends[id]! - start === leftLength + rightLength &&
      isSame(bytes, start, left, leftBegin, leftLength) &&
      isSame(bytes, start + leftLength, right, rightBegin, rightLength)
    );
  };
  const find: Vocab["find"] = (source, begin, end, hash = hashBytes(source, begin, end)) =>
    (table[place(hash, source, begin, end - begin)]! & ID_MASK) - 1;
  return {
    size,
    bytes,
    begins,
    ends,
    find,
    findJoined(guess, left, leftBegin, leftEnd, right, rightBegin, rightEnd) {
      const first = leftEnd - leftBegin;
      const second = rightEnd - rightBegin;
      for (let id = Math.max(0, guess); id <= guess + 1 && id < size; id++)
        if (isJoined(id, left, leftBegin, first, right, rightBegin, second)) return id;
      const hash = hashBytes(right, rightBegin, rightEnd, hashBytes(left, leftBegin, leftEnd));
      for (let at = slot(hash); ; at = (at + 1) & mask) {
        const word = table[at]!;
        if (word === 0) return -1;
        if (word >>> ID_BITS !== hash >>> ID_BITS) continue;
        const id = (word & ID_MASK) - 1;
        if (isJoined(id, left, leftBegin, first, right, rightBegin, second)) return id;
      }
    },
    findText(text) {
      const utf8 = encoder.encode(text);
      return HALF_PAIR.test(text) ? -1 : find(utf8, 0, utf8.length);
    },
    text(id) {
      const begin = begins[id] ?? NONE;
      return begin === NONE ? undefined : decoder.decode(bytes.subarray(begin, ends[id]));
    },
    startingWith(text) {
      const utf8 = encoder.encode(text);
      const found: number[] = [];
      for (let id = 0; id < size; id++) {
        const begin = begins[id]!;
        if (begin !== NONE && ends[id]! - begin >= utf8.length && isSame(bytes, begin, utf8, 0, utf8.length))
          found.push(id);
      }
      return found;
    },
  };
}

function isSame(a: Uint8Array, atA: number, b: Uint8Array, atB: number, length: number): boolean {
  for (let i = 0; i < length; i++) if (a[atA + i] !== b[atB + i]) return false;
  return true;
}
