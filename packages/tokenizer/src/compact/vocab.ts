import { hashBytes } from "./hash-bytes.ts";
import { NotCovered } from "./not-covered.ts";

/** Where an id has no token. */
export const NONE = 0xffffffff;
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
  /** The id of the token that is one run of bytes, whose hash is given, and then another, or -1. */
  findJoined(
    hash: number,
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
  // Hash and id + 1 side by side: most tokens that are not meant are told by their hash, in one look at memory.
  const table = new Int32Array((mask + 1) * 2);
  const encoder = new TextEncoder();
  const decoder = new TextDecoder("utf-8", { ignoreBOM: true });
  const slot = (hash: number) => {
    const mixed = Math.imul(hash ^ (hash >>> 15), 0x2c1b3c6d);
    return (mixed ^ (mixed >>> 13)) & mask;
  };
  /** The place in the table of a token, or of the gap where it would be. */
  const place = (hash: number, source: Uint8Array, begin: number, length: number): number => {
    for (let at = slot(hash); ; at = (at + 1) & mask) {
      const id = table[2 * at + 1]! - 1;
      if (id < 0) return at;
      if (table[2 * at] !== hash) continue;
      const start = begins[id]!;
      if (ends[id]! - start === length && isSame(bytes, start, source, begin, length)) return at;
    }
  };
  for (let id = 0; id < size; id++) {
    const begin = begins[id]!;
    if (begin === NONE) continue;
    const hash = hashBytes(bytes, begin, ends[id]!);
    const at = place(hash, bytes, begin, ends[id]! - begin);
    if (table[2 * at + 1] === 0) {
      table[2 * at] = hash;
      table[2 * at + 1] = id + 1;
    } else if (twice === "first") begins[id] = ends[id] = NONE;
    else throw new NotCovered(`the token of ${id} has another id too`);
  }
  const find: Vocab["find"] = (source, begin, end, hash = hashBytes(source, begin, end)) =>
    table[2 * place(hash, source, begin, end - begin) + 1]! - 1;
  return {
    size,
    bytes,
    begins,
    ends,
    find,
    findJoined(hash, left, leftBegin, leftEnd, right, rightBegin, rightEnd) {
      const first = leftEnd - leftBegin;
      const second = rightEnd - rightBegin;
      for (let at = slot(hash); ; at = (at + 1) & mask) {
        const id = table[2 * at + 1]! - 1;
        if (id < 0) return -1;
        if (table[2 * at] !== hash) continue;
        const start = begins[id]!;
        if (
          ends[id]! - start === first + second &&
          isSame(bytes, start, left, leftBegin, first) &&
          isSame(bytes, start + first, right, rightBegin, second)
        ) {
          return id;
        }
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
