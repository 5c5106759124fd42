import { byteAlphabet } from "../byte-alphabet.ts";
import { codePointAt, joinFilter } from "./join-filter.ts";
import { mergeSymbols } from "./merge-symbols.ts";
import type { MergeTable } from "./merge-table.ts";
import type { Vocab } from "./vocab.ts";
import { wordCache } from "./word-cache.ts";

/** Token ids of the pieces that a pre-tokenizer cut a text into. */
export type EncodePieces = (pieces: readonly string[]) => number[];

export interface BpeRules {
  /** Pieces are raw text whose bytes stand for GPT-2's alphabet; else for themselves. */
  readonly byteLevel: boolean;
  /** Characters without a token become the tokens of their bytes. */
  readonly byteFallback: boolean;
  /** A piece that is a token is not merged. */
  readonly wholeWords: boolean;
  /** What stands for a character without a token; undefined leaves it out. */
  readonly unknown: number | undefined;
  /** Of unknown tokens in a row one is left. */
  readonly fuseUnknown: boolean;
}

/** A longer piece is cut where no merge crosses: words are then found in the cache. */
const CUT_ABOVE = 64;

/** BPE over a vocabulary and merges by id, with the ids that @huggingface/tokenizers 0.2.0 gives. */
export function bpeEncoder(vocab: Vocab, merges: MergeTable, rules: BpeRules): EncodePieces {
  const merge = mergeSymbols(merges);
  const joins = rules.byteLevel ? undefined : joinFilter(merges, vocab);
  const symbolsOf = rules.byteLevel ? byteSymbols(vocab) : characterSymbols(vocab);
  const whole = rules.wholeWords ? wholeWord(vocab, rules.byteLevel) : undefined;
  const unknown = unknownSymbol(vocab, rules);
  const cache = wordCache();
  let symbols = new Int32Array(256);

  const word = (text: string, ids: number[]): void => {
    if (cache.take(text, ids)) return;
    const begin = ids.length;
    // A UTF-16 unit makes three bytes at most.
    if (symbols.length < text.length * 3) symbols = new Int32Array(text.length * 3);
    const count = merge(symbols, symbolsOf(text, symbols));
    for (let i = 0; i < count; i++) {
      const symbol = symbols[i]!;
      if (symbol >= 0) ids.push(symbol);
      else unknown(symbol, ids);
    }
    cache.keep(text, ids, begin);
  };
  return (pieces) => {
    const ids: number[] = [];
    for (const piece of pieces) {
      const id = whole?.(piece) ?? -1;
      if (id >= 0) {
        ids.push(id);
        continue;
      }
      if (joins === undefined || piece.length <= CUT_ABOVE) {
        word(piece, ids);
        continue;
      }
      let begin = 0;
      let before = piece.codePointAt(0)!;
      for (let i = before > 0xffff ? 2 : 1; i < piece.length; ) {
        const after = piece.codePointAt(i)!;
        if (!joins(before, after)) {
          word(piece.slice(begin, i), ids);
          begin = i;
        }
        before = after;
        i += after > 0xffff ? 2 : 1;
      }
      word(piece.slice(begin), ids);
    }
    return rules.fuseUnknown ? fused(ids, rules.unknown) : ids;
  };
}

/** Without those unknown tokens that follow another. */
export function fused(ids: number[], unknown: number | undefined): number[] {
  return unknown === undefined ? ids : ids.filter((id, i) => id !== unknown || ids[i - 1] !== unknown);
}

/** Writes the first symbols of a word: ids, or -1 minus the byte or code point that has no token. */
type SymbolsOf = (word: string, into: Int32Array) => number;

function byteSymbols(vocab: Vocab): SymbolsOf {
  const ids = Int32Array.from(byteAlphabet, (character, byte) => {
    const id = vocab.findText(character);
    return id < 0 ? -1 - byte : id;
  });
  const encoder = new TextEncoder();
  let utf8 = new Uint8Array(256);
  return (word, into) => {
    if (utf8.length < word.length * 3) utf8 = new Uint8Array(word.length * 3);
    const { written } = encoder.encodeInto(word, utf8);
    for (let i = 0; i < written; i++) into[i] = ids[utf8[i]!]!;
    return written;
  };
}

function characterSymbols(vocab: Vocab): SymbolsOf {
  // By code point of the basic plane; halves of surrogate pairs never have a token.
  const ids = new Int32Array(0x10000);
  for (let point = 0; point < ids.length; point++) ids[point] = -1 - point;
  for (let id = 0; id < vocab.size; id++) {
    const [begin, end] = [vocab.begins[id]!, vocab.ends[id]!];
    if (end === begin || end - begin > 3 || begin >= vocab.bytes.length) continue;
    const point = codePointAt(vocab.bytes, begin);
    if (end - begin === (point < 0x80 ? 1 : point < 0x800 ? 2 : 3)) ids[point] = id;
  }
  return (word, into) => {
    let count = 0;
    for (let i = 0; i < word.length; i++) {
      const point = word.codePointAt(i)!;
      if (point <= 0xffff) into[count++] = ids[point]!;
      else {
        const id = vocab.findText(word.slice(i, i + 2));
        into[count++] = id < 0 ? -1 - point : id;
        i++;
      }
    }
    return count;
  };
}

function wholeWord(vocab: Vocab, byteLevel: boolean): (piece: string) => number {
  if (!byteLevel) return vocab.findText;
  const encoder = new TextEncoder();
  const spelled = byteAlphabet.map((character) => encoder.encode(character));
  let bytes = new Uint8Array(256);
  let text = new Uint8Array(512);
  return (piece) => {
    if (bytes.length < piece.length * 3) {
      bytes = new Uint8Array(piece.length * 3);
      text = new Uint8Array(bytes.length * 2);
    }
    const { written } = encoder.encodeInto(piece, bytes);
    let length = 0;
    for (let i = 0; i < written; i++) {
      const character = spelled[bytes[i]!]!;
      for (let j = 0; j < character.length; j++) text[length++] = character[j]!;
    }
    return vocab.find(text, 0, length);
  };
}

function unknownSymbol(
  vocab: Vocab,
  { byteFallback, unknown }: BpeRules,
): (symbol: number, ids: number[]) => void {
  const encoder = new TextEncoder();
  const bytes = byteFallback
    ? Array.from({ length: 256 }, (_, byte) =>
        vocab.findText(`<0x${byte.toString(16).toUpperCase().padStart(2, "0")}>`),
      )
    : [];
  return (symbol, ids) => {
    if (byteFallback) {
      const utf8 = encoder.encode(String.fromCodePoint(-1 - symbol));
      if (utf8.every((byte) => bytes[byte]! >= 0)) {
        for (const byte of utf8) ids.push(bytes[byte]!);
        return;
      }
    }
    if (unknown !== undefined) ids.push(unknown);
  };
}
