import type { MergeTable } from "./merge-table.ts";

/** Joins symbols (token ids; negative ones stand for themselves) in place, best merge first, leftmost of equals. */
export type MergeSymbols = (symbols: Int32Array, count: number) => number;

// Up to here looking through all pairs is faster than keeping a heap.
const SCAN_UP_TO = 24;
const NEVER = 0x7fffffff;
// A heap entry holds rank and place in one number: both stay below 2^53 together.
const PLACES = 2 ** 28;

/** The merging of one model. What it returns gives the number of symbols left, at the start of the array. */
export function mergeSymbols({ rank, whole }: MergeTable): MergeSymbols {
  const ranks = new Int32Array(SCAN_UP_TO);
  const rankOf = (a: number, b: number) => {
    const found = a < 0 || b < 0 ? -1 : rank(a, b);
    return found < 0 ? NEVER : found;
  };
  const scan: MergeSymbols = (symbols, count) => {
    for (let i = 0; i + 1 < count; i++) ranks[i] = rankOf(symbols[i]!, symbols[i + 1]!);
    let left = count;
    for (;;) {
      let best = NEVER;
      let at = 0;
      for (let i = 0; i + 1 < left; i++) {
        if (ranks[i]! < best) {
          best = ranks[i]!;
          at = i;
        }
      }
      if (best === NEVER) return left;
      symbols[at] = whole[best]!;
      symbols.copyWithin(at + 1, at + 2, left);
      ranks.copyWithin(at + 1, at + 2, left - 1);
      left--;
      if (at > 0) ranks[at - 1] = rankOf(symbols[at - 1]!, symbols[at]!);
      if (at + 1 < left) ranks[at] = rankOf(symbols[at]!, symbols[at + 1]!);
    }
  };
  return (symbols, count) =>
    count <= SCAN_UP_TO ? scan(symbols, count) : mergeByHeap(symbols, count, rankOf, whole);
}

function mergeByHeap(
  symbols: Int32Array,
  count: number,
  rankOf: (a: number, b: number) => number,
  whole: Int32Array,
): number {
  const next = Int32Array.from({ length: count }, (_, i) => i + 1);
  const previous = Int32Array.from({ length: count }, (_, i) => i - 1);
  // What the pair that begins at a place would merge at; an entry of the heap that says otherwise is out of date.
  const current = new Int32Array(count).fill(NEVER);
  const heap = new MinHeap(count);
  const offer = (place: number): void => {
    const after = next[place]!;
    const found = after < count ? rankOf(symbols[place]!, symbols[after]!) : NEVER;
    current[place] = found;
    if (found !== NEVER) heap.push(found * PLACES + place);
  };
  for (let i = 0; i + 1 < count; i++) offer(i);
  while (heap.size > 0) {
    const entry = heap.pop();
    const place = entry % PLACES;
    const rank = (entry - place) / PLACES;
    if (current[place] !== rank) continue;
    const gone = next[place]!;
    symbols[place] = whole[rank]!;
    current[gone] = NEVER;
    next[place] = next[gone]!;
    if (next[place]! < count) previous[next[place]!] = place;
    offer(place);
    if (previous[place]! >= 0) offer(previous[place]!);
  }
  let left = 0;
  for (let place = 0; place < count; place = next[place]!) symbols[left++] = symbols[place]!;
  return left;
}

/** A binary heap of numbers, smallest first. */
class MinHeap {
  #values: Float64Array;
  size = 0;

  constructor(room: number) {
    this.#values = new Float64Array(room);
  }

  push(value: number): void {
    if (this.size === this.#values.length) {
      const wider = new Float64Array(this.size * 2);
      wider.set(this.#values);
      this.#values = wider;
    }
    const values = this.#values;
    let at = this.size++;
    while (at > 0) {
      const parent = (at - 1) >> 1;
      if (values[parent]! <= value) break;
      values[at] = values[parent]!;
      at = parent;
    }
    values[at] = value;
  }

  pop(): number {
    const values = this.#values;
    const first = values[0]!;
    const last = values[--this.size]!;
    let at = 0;
    for (;;) {
      let child = at * 2 + 1;
      if (child >= this.size) break;
      if (child + 1 < this.size && values[child + 1]! < values[child]!) child++;
      if (values[child]! >= last) break;
      values[at] = values[child]!;
      at = child;
    }
    values[at] = last;
    return first;
  }
}
