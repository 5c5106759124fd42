import { HASH_BASE, hashBytes } from "../compact/hash-bytes.ts";
import type { MergeTableBuilder } from "../compact/merge-table.ts";
import { TURN, turn } from "../compact/turns.ts";
import type { Vocab } from "../compact/vocab.ts";

interface Pieces {
  /** By id; 0 where there is none. */
  readonly scores: Float64Array;
  /** By id; 1 for what text may become. */
  readonly isPiece: Uint8Array;
}

/** A way to make a piece out of two others, by ids. */
interface Join {
  readonly left: number;
  readonly right: number;
  readonly whole: number;
}

/**
 * Merges that build SentencePiece's BPE pieces: every way to make a piece out of two others. SentencePiece joins
 * the pair whose whole has the best score first, so merges are added in that order.
 */
export async function scoreMerges(
  vocab: Vocab,
  merges: MergeTableBuilder,
  { scores, isPiece }: Pieces,
): Promise<void> {
  const { ids, orders } = byScore(vocab, { scores, isPiece });
  const halves = halvesOf(vocab, isPiece);
  const equal: Join[] = [];
  for (let [from, rest] = [0, TURN]; from < ids.length; ) {
    if (from >= rest) {
      await turn();
      rest = from + TURN;
    }
    const order = orders[from];
    equal.length = 0;
    for (; from < ids.length && orders[from] === order; from++) halves(ids[from]!, equal);
    // Of equal scores the order in the vocabulary decides, as in transformers' conversion.
    if (equal.length > 1) equal.sort((a, b) => a.left - b.left || a.right - b.right);
    for (const { left, right, whole } of equal) merges.addIds(left, right, whole);
  }
}

/** Ids of pieces, best score first, then in order; with a number for each that only equal scores (as f32) share. */
function byScore(vocab: Vocab, { scores, isPiece }: Pieces): { ids: Uint32Array; orders: Uint32Array } {
  const keys = new BigUint64Array(vocab.size);
  // GGUF is little-endian, and so is every machine this runs on: the id is the lower half of a key.
  const halves = new Uint32Array(keys.buffer);
  const score = new Float32Array(1);
  const bits = new Int32Array(score.buffer);
  let count = 0;
  for (let id = 0; id < vocab.size; id++) {
    if (isPiece[id] === 0 || vocab.begins[id]! >= vocab.ends[id]!) continue;
    // Adding 0 makes one zero of two.
    score[0] = (scores[id] ?? 0) + 0;
    // As unsigned numbers, floats from largest to smallest.
    halves[2 * count + 1] = bits[0]! < 0 ? bits[0]! : ~(bits[0]! | 0x80000000);
    halves[2 * count++] = id;
  }
  keys.subarray(0, count).sort();
  const ids = new Uint32Array(count);
  const orders = new Uint32Array(count);
  for (let i = 0; i < count; i++) {
    ids[i] = halves[2 * i]!;
    orders[i] = halves[2 * i + 1]!;
  }
  return { ids, orders };
}

/** Finds the two pieces on both sides of each place where a piece can be cut between characters. */
function halvesOf(vocab: Vocab, isPiece: Uint8Array): (id: number, found: Join[]) => void {
  const { bytes, begins, ends } = vocab;
  // Hashes of each beginning of a piece, and powers of the base: what is behind a cut has its hash by both.
  let hashes = new Int32Array(64);
  let powers = powersUpTo(64);
  const isLikely = pieceFilter(vocab, isPiece);
  return (whole, found) => {
    const begin = begins[whole]!;
    const length = ends[whole]! - begin;
    if (length >= hashes.length) {
      hashes = new Int32Array(2 * length);
      powers = powersUpTo(2 * length);
    }
    for (let i = 0; i < length; i++)
      hashes[i + 1] = (Math.imul(hashes[i]!, HASH_BASE) + bytes[begin + i]! + 1) | 0;
    for (let cut = 1; cut < length; cut++) {
      if ((bytes[begin + cut]! & 0xc0) === 0x80) continue;
      const hash = (hashes[length]! - Math.imul(hashes[cut]!, powers[length - cut]!)) | 0;
      if (!isLikely(hash) || !isLikely(hashes[cut]!)) continue;
      const left = vocab.find(bytes, begin, begin + cut, hashes[cut]!);
      if (left < 0 || isPiece[left] === 0) continue;
      const right = vocab.find(bytes, begin + cut, begin + length, hash);
      if (right >= 0 && isPiece[right] === 1) found.push({ left, right, whole });
    }
  };
}

const FILTER_BITS = 2 ** 22;

/** Whether a piece may have a hash. It says yes too often, but from memory that is near: most halves are no pieces. */
function pieceFilter({ bytes, begins, ends, size }: Vocab, isPiece: Uint8Array): (hash: number) => boolean {
  const bits = new Uint8Array(FILTER_BITS / 8);
  const bit = (hash: number) => (hash ^ (hash >>> 13)) & (FILTER_BITS - 1);
  for (let id = 0; id < size; id++) {
    if (isPiece[id] === 0 || begins[id]! >= ends[id]!) continue;
    const at = bit(hashBytes(bytes, begins[id]!, ends[id]!));
    bits[at >> 3]! |= 1 << (at & 7);
  }
  return (hash) => {
    const at = bit(hash);
    return ((bits[at >> 3]! >> (at & 7)) & 1) === 1;
  };
}

function powersUpTo(length: number): Int32Array {
  const powers = new Int32Array(length).fill(1);
  for (let i = 1; i < length; i++) powers[i] = Math.imul(powers[i - 1]!, HASH_BASE);
  return powers;
}
