import { isUtf8 } from "node:buffer";
import { grown } from "./grown.ts";
import { NotCovered } from "./not-covered.ts";
import { createVocab, HALF_PAIR, NONE, type Vocab } from "./vocab.ts";

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
      return createVocab({ bytes: own, begins: begins.slice(0, size), ends: ends.slice(0, size) });
    },
  };
}
