import { grown } from "./grown.ts";
import { NotCovered } from "./not-covered.ts";
import type { Vocab } from "./vocab.ts";

/** The merges of a BPE model by the ids of the two tokens they join; the rank is the place in the list. */
export interface MergeTable {
  readonly count: number;
  readonly left: Int32Array;
  readonly right: Int32Array;
  /** The id of what each merge makes. */
  readonly whole: Int32Array;
  /** The rank of the merge of two tokens, or -1. */
  rank(left: number, right: number): number;
}

export interface MergeTableBuilder {
  /** The next merge in rank. Throws NotCovered where a side or the whole is no token. */
  add(
    left: Uint8Array,
    leftBegin: number,
    leftEnd: number,
    right: Uint8Array,
    rightBegin: number,
    rightEnd: number,
  ): void;
  /** The same by ids. */
  addIds(left: number, right: number, whole: number): void;
  finish(): MergeTable;
}

export function mergeTableBuilder(vocab: Vocab): MergeTableBuilder {
  let left: Int32Array = new Int32Array(1 << 12);
  let right: Int32Array = new Int32Array(1 << 12);
  let whole: Int32Array = new Int32Array(1 << 12);
  let count = 0;
  let last = -1;
  const addIds: MergeTableBuilder["addIds"] = (a, b, joined) => {
    if (count === left.length) {
      left = grown(left, count + 1);
      right = grown(right, count + 1);
      whole = grown(whole, count + 1);
    }
    left[count] = a;
    right[count] = b;
    whole[count++] = joined;
  };
  return {
    addIds,
    add(left, leftBegin, leftEnd, right, rightBegin, rightEnd) {
      if (leftBegin === leftEnd || rightBegin === rightEnd)
        throw new NotCovered(`merge ${count} has an empty side`);
      const first = vocab.find(left, leftBegin, leftEnd);
      const second = vocab.find(right, rightBegin, rightEnd);
      // Merges come in the order of what they make, in most files.
      const joined = vocab.findJoined(last, left, leftBegin, leftEnd, right, rightBegin, rightEnd);
      last = joined;
      if (first < 0 || second < 0 || joined < 0) throw new NotCovered(`merge ${count} is not between tokens`);
      addIds(first, second, joined);
    },
    finish: () => createTable(left.slice(0, count), right.slice(0, count), whole.slice(0, count)),
  };
}

function createTable(left: Int32Array, right: Int32Array, whole: Int32Array): MergeTable {
  const count = left.length;
  const mask = 2 ** Math.max(4, Math.ceil(Math.log2(count * 1.5))) - 1;
  const table = new Int32Array(mask + 1).fill(-1);
  const slot = (a: number, b: number) => {
    const hash = Math.imul(a, 0x9e3779b1) ^ Math.imul(b, 0x85ebca6b);
    return (hash ^ (hash >>> 16)) & mask;
  };
  for (let rank = 0; rank < count; rank++) {
    let at = slot(left[rank]!, right[rank]!);
    for (let other = table[at]!; other >= 0; other = table[at]!) {
      // Of two equal merges the later counts, as in the library.
      if (left[other] === left[rank] && right[other] === right[rank]) break;
      at = (at + 1) & mask;
    }
    table[at] = rank;
  }
  return {
    count,
    left,
    right,
    whole,
    rank(a, b) {
      for (let at = slot(a, b); ; at = (at + 1) & mask) {
        const rank = table[at]!;
        if (rank < 0 || (left[rank] === a && right[rank] === b)) return rank;
      }
    },
  };
}
