import { isUtf8 } from "node:buffer";
import { NotCovered } from "./not-covered.ts";

const FNV_BASIS = 0x811c9dc5 | 0;
const FNV_PRIME = 0x01000193;
const NONE = 0xffffffff;
const HALF_PAIR = /\p{Cs}/u;

/** FNV-1a over bytes, 32 bits. Hashing goes on from `from`, so a text's hash follows from its first part's. */
function hashBytes(bytes: Uint8Array, begin: number, end: number, from = FNV_BASIS): number {
  let hash = from;
  for (let i = begin; i < end; i++) hash = Math.imul(hash ^ bytes[i]!, FNV_PRIME);
  return hash;
}

/** Token texts by id and ids by text, as UTF-8 in one array with a hash table of ids beside it. */
export interface Vocab {
  /** One more than the highest id. */
  readonly size: number;
  /** The UTF-8 of all tokens. */
  readonly bytes: Uint8Array;
  /** Where a token's bytes begin and end; both 0xffffffff where an id has no token. */
  readonly begins: Uint32Array;
  readonly ends: Uint32Array;
  /** The id of the token that is one run of bytes and then another, or -1. */
  findJoined(
    left: Uint8Array,
    leftBegin: number,
    leftEnd: number,
    right: Uint8Array,
    rightBegin: number,
    rightEnd: number,
  ): number;
  /** The id of a token given as UTF-8, or -1. */
  find(bytes: Uint8Array, begin: number, end: number): number;
  /** The id of a token given as text, or -1. */
  findText(text: string): number;
  text(id: number): string | undefined;
}

/** Collects the tokens of a vocabulary in any order of ids. */
export interface VocabBuilder {
  add(bytes: Uint8Array, begin: number, end: number, id: number): void;
  /** The same for a token at hand as text. */
  addText(text: string, id: number): void;
  /** Throws NotCovered where two tokens share an id or a text. */
  finish(): Vocab;
}

/** Starts from the tokens of `base` where it is given; the ids in it keep their texts. */
export function vocabBuilder(base?: Vocab): VocabBuilder {
  let bytes: Uint8Array = base ? base.bytes.slice() : new Uint8Array(1 << 16);
  let used = base ? base.bytes.length : 0;
  let begins: Uint32Array = base ? base.begins.slice() : new Uint32Array(1 << 12).fill(NONE);
  let ends: Uint32Array = base ? base.ends.slice() : new Uint32Array(1 << 12).fill(NONE);
  let size = base ? base.size : 0;
  const encoder = new TextEncoder();
  const add: VocabBuilder["add"] = (source, begin, end, id) => {
    const length = end - begin;
    if (used + length > bytes.length) bytes = grown(bytes, used + length);
    if (id >= begins.length) {
      const filled = begins.length;
      begins = grown(begins, id + 1).fill(NONE, filled);
      ends = grown(ends, id + 1).fill(NONE, filled);
    }
    if (begins[id] !== NONE) throw new NotCovered(`two tokens have the id ${id}`);
    for (let i = 0; i < length; i++) bytes[used + i] = source[begin + i]!;
    begins[id] = used;
    used += length;
    ends[id] = used;
    if (id >= size) size = id + 1;
  };
  return {
    add,
    addText(text, id) {
      if (HALF_PAIR.test(text)) throw new NotCovered("a token holds half a surrogate pair");
      const utf8 = encoder.encode(text);
      add(utf8, 0, utf8.length, id);
    },
    finish() {
      const own = bytes.slice(0, used);
      if (!isUtf8(own)) throw new NotCovered("a token is not UTF-8");
      return createVocab(own, begins.slice(0, size), ends.slice(0, size));
    },
  };
}

function createVocab(bytes: Uint8Array, begins: Uint32Array, ends: Uint32Array): Vocab {
  const size = begins.length;
  const mask = 2 ** Math.max(4, Math.ceil(Math.log2(size * 2))) - 1;
  const table = new Int32Array(mask + 1).fill(-1);
  const encoder = new TextEncoder();
  const decoder = new TextDecoder("utf-8", { ignoreBOM: true });
  const slot = (hash: number) => (hash ^ (hash >>> 15)) & mask;
  const find: Vocab["find"] = (source, begin, end) => {
    const length = end - begin;
    for (let at = slot(hashBytes(source, begin, end)); ; at = (at + 1) & mask) {
      const id = table[at]!;
      if (id < 0) return -1;
      const start = begins[id]!;
      if (ends[id]! - start === length && isSame(bytes, start, source, begin, length)) return id;
    }
  };
  for (let id = 0; id < size; id++) {
    if (begins[id] === NONE) continue;
    if (find(bytes, begins[id]!, ends[id]!) >= 0)
      throw new NotCovered(`the token of ${id} has another id too`);
    let at = slot(hashBytes(bytes, begins[id]!, ends[id]!));
    while (table[at]! >= 0) at = (at + 1) & mask;
    table[at] = id;
  }
  return {
    size,
    bytes,
    begins,
    ends,
    find,
    findJoined(left, leftBegin, leftEnd, right, rightBegin, rightEnd) {
      const first = leftEnd - leftBegin;
      const second = rightEnd - rightBegin;
      const hash = hashBytes(right, rightBegin, rightEnd, hashBytes(left, leftBegin, leftEnd));
      for (let at = slot(hash); ; at = (at + 1) & mask) {
        const id = table[at]!;
        if (id < 0) return -1;
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
  };
}

function isSame(a: Uint8Array, atA: number, b: Uint8Array, atB: number, length: number): boolean {
  for (let i = 0; i < length; i++) if (a[atA + i] !== b[atB + i]) return false;
  return true;
}

/** A copy with room for `needed` items at least. */
export function grown<T extends Uint8Array | Int32Array | Uint32Array | Float64Array>(
  values: T,
  needed: number,
): T {
  const wider = new (values.constructor as new (length: number) => T)(Math.max(values.length * 2, needed));
  wider.set(values);
  return wider;
}
