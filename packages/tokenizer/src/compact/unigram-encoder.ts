import { type EncodePieces, fused } from "./bpe-encoder.ts";
import { codePointAt } from "./join-filter.ts";
import type { Vocab } from "./vocab.ts";

export interface UnigramRules {
  /** The token of characters that no piece covers. */
  readonly unknown: number;
  /** How many ids are pieces of the model; the others are added tokens. */
  readonly pieces: number;
}

// What an unknown character costs below the worst piece, as in SentencePiece.
const UNKNOWN_PENALTY = 10;

// Half a surrogate pair is no character, but it must not become U+FFFD, which may be a piece.
const HALF_PAIRS = /\p{Cs}/gu;
const NO_PIECE = "\u{10ffff}";

/** The most likely pieces of a text (Viterbi), with the ids that @huggingface/tokenizers 0.2.0 gives. */
export function unigramEncoder(
  vocab: Vocab,
  scores: Float64Array,
  { unknown, pieces }: UnigramRules,
): EncodePieces {
  let worst = Number.POSITIVE_INFINITY;
  for (const score of scores) if (score < worst) worst = score;
  const unknownScore = worst - UNKNOWN_PENALTY;
  const scoreOf = (id: number) => (id === unknown ? unknownScore : scores[id]!);
  const trie = byteTrie(vocab, pieces);
  const encoder = new TextEncoder();

  const encodePiece = (text: string, ids: number[]): void => {
    const bytes = encoder.encode(text.replace(HALF_PAIRS, NO_PIECE));
    const best = new Float64Array(bytes.length + 1).fill(Number.NaN);
    const from = new Int32Array(bytes.length + 1);
    const token = new Int32Array(bytes.length + 1);
    best[0] = 0;
    // Of two ways with the same score the one whose last piece is longer stays, as it is met first.
    const offer = (begin: number, end: number, id: number, score: number): void => {
      const total = best[begin]! + score;
      if (!(Number.isNaN(best[end]!) || total > best[end]!)) return;
      best[end] = total;
      from[end] = begin;
      token[end] = id;
    };
    for (let begin = 0; begin < bytes.length; ) {
      const character = lengthAt(bytes, begin);
      let isCovered = false;
      trie(bytes, begin, (end, id) => {
        offer(begin, end, id, scoreOf(id));
        isCovered ||= end === begin + character;
      });
      if (!isCovered) offer(begin, begin + character, unknown, unknownScore);
      begin += character;
    }
    const found: number[] = [];
    for (let end = bytes.length; end > 0; end = from[end]!) found.push(token[end]!);
    for (let i = found.length - 1; i >= 0; i--) ids.push(found[i]!);
  };
  return (texts) => {
    const ids: number[] = [];
    for (const text of texts) encodePiece(text, ids);
    return fused(ids, unknown);
  };
}

/** Calls `hit` for every token that the bytes from `begin` on start with, shortest first. */
type PrefixSearch = (bytes: Uint8Array, begin: number, hit: (end: number, id: number) => void) => void;

/** Searches a sorted list of the tokens, narrowed byte by byte: four bytes a token. */
function byteTrie(vocab: Vocab, pieces: number): PrefixSearch {
  const { bytes, begins, ends } = vocab;
  const order = Uint32Array.from({ length: pieces }, (_, id) => id).filter((id) => ends[id]! > begins[id]!);
  order.sort((a, b) =>
    Buffer.compare(bytes.subarray(begins[a]!, ends[a]!), bytes.subarray(begins[b]!, ends[b]!)),
  );
  // The byte of a sorted token at a depth, -1 past its end.
  const byteAt = (place: number, depth: number) => {
    const id = order[place]!;
    const at = begins[id]! + depth;
    return at < ends[id]! ? bytes[at]! : -1;
  };
  const firstNotBelow = (low: number, high: number, depth: number, byte: number) => {
    while (low < high) {
      const middle = (low + high) >> 1;
      if (byteAt(middle, depth) < byte) low = middle + 1;
      else high = middle;
    }
    return low;
  };
  return (text, begin, hit) => {
    let [low, high] = [0, order.length];
    for (let depth = 0; begin + depth < text.length && low < high; depth++) {
      const byte = text[begin + depth]!;
      low = firstNotBelow(low, high, depth, byte);
      high = firstNotBelow(low, high, depth, byte + 1);
      if (low < high && byteAt(low, depth + 1) < 0) hit(begin + depth + 1, order[low]!);
    }
  };
}

function lengthAt(bytes: Uint8Array, at: number): number {
  const point = codePointAt(bytes, at);
  return point < 0x80 ? 1 : point < 0x800 ? 2 : point < 0x10000 ? 3 : 4;
}
