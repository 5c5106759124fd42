import type { CacheSpec } from "@engine/core";
import type { BlockPool } from "./block-pool.ts";

/** Names the content of a text's i-th block together with all that stands before it. */
export type BlockKeys = (index: number) => string;

/** One text's places in the caches: which block holds which places, group by group. Several texts may hold a block. */
export class Sequence {
  /** Places whose keys are in the caches. */
  length = 0;
  /** The longest text so far, which fixes dynamic and longrope frequencies of generated rows. */
  longest = 0;
  /** For each group the block of each `blockTokens` places; -1 once behind the window. */
  readonly tables: number[][];
  /** Slot of the recurrent state after its cached text, and the slot the next step writes; -1 without. */
  slot = -1;
  nextSlot = -1;
  readonly blockTokens: number;
  readonly #pools: readonly BlockPool[];
  readonly #slots: BlockPool | undefined;
  readonly #caches: readonly CacheSpec[];
  readonly #windows: readonly number[];

  constructor(
    pools: readonly BlockPool[],
    caches: readonly CacheSpec[],
    blockTokens: number,
    slots?: BlockPool,
  ) {
    this.#pools = pools;
    this.#slots = slots;
    this.#caches = caches;
    this.blockTokens = blockTokens;
    this.#windows = pools.map((_, group) => windowOf(caches, group));
    this.tables = pools.map(() => []);
  }

  /** Blocks of each group that `rows` more places take from the pools, and at the end slots. */
  needs(rows: number): number[] {
    const blocks = Math.ceil((this.length + rows) / this.blockTokens);
    const needed = this.tables.map(
      (table, group) => Math.max(0, blocks - table.length) + (this.#sharedEnd(group) >= 0 ? 1 : 0),
    );
    return [...needed, this.#slots && this.nextSlot < 0 ? 1 : 0];
  }

  /** Blocks of each group, and at the end slots, that it has at most until it is so long, read `stepRows` at a time. */
  most(length: number, stepRows: number): number[] {
    const blocks = this.#windows.map((window) => {
      // A step appends before old blocks are given back, and the window may begin inside a block.
      const kept = Math.ceil((window - 1 + stepRows) / this.blockTokens) + 1;
      return Math.min(Math.ceil(length / this.blockTokens), kept);
    });
    return [...blocks, this.#slots ? 2 : 0];
  }

  /** Blocks and slots it has now, counted the same way. */
  held(): number[] {
    const blocks = this.tables.map((table) => table.reduce((sum, block) => sum + (block < 0 ? 0 : 1), 0));
    return [...blocks, (this.slot < 0 ? 0 : 1) + (this.nextSlot < 0 ? 0 : 1)];
  }

  /**
   * Takes the blocks that `rows` more places need; throws `out-of-memory` and is as it was when there are too few.
   * Gives the moves for `StateStore.copy` to make before the step: a begun block that others hold too is copied.
   */
  reserve(rows: number): number[] {
    const needs = this.needs(rows);
    needs.forEach((count, at) => {
      (this.#pools[at] ?? this.#slots)?.check(count);
    });
    const moves: number[] = [];
    const begun = Math.floor(this.length / this.blockTokens);
    this.tables.forEach((table, group) => {
      const pool = this.#pools[group]!;
      const shared = this.#sharedEnd(group);
      if (shared >= 0) {
        table[begun] = pool.take();
        moves.push(group, shared, 0, table[begun]!, 0, this.length % this.blockTokens);
        pool.give(shared);
      } else if (table[begun] !== undefined && table[begun]! >= 0) pool.forget(table[begun]!);
      for (let i = 0; i < needs[group]! - (shared >= 0 ? 1 : 0); i++) table.push(pool.take());
    });
    if (this.#slots && this.nextSlot < 0) this.nextSlot = this.#slots.take();
    return moves;
  }

  /** The step is done: its rows are cached now. Full blocks become findable by `keys`; those behind a window are free. */
  advance(rows: number, keys?: BlockKeys): void {
    const before = Math.floor(this.length / this.blockTokens);
    this.length += rows;
    this.longest = Math.max(this.longest, this.length);
    if (this.slot >= 0) this.#slots!.give(this.slot);
    [this.slot, this.nextSlot] = [this.nextSlot, -1];
    if (keys) this.#publish(before, keys);
    this.tables.forEach((table, group) => {
      const kept = Math.min(this.#firstSeen(group, this.length), table.length);
      for (let i = 0; i < kept; i++) {
        if (table[i]! >= 0) this.#pools[group]!.give(table[i]!);
        table[i] = -1;
      }
    });
  }

  /**
   * Takes over the longest known beginning of the text, of at most `most` places, without computing it. Begins at a
   * block's border. Gives how many places were gained, and up to where keys and values alone are known: a recurrent
   * state may be missing there.
   */
  adopt(most: number, keys: BlockKeys): { readonly gained: number; readonly known: number } {
    const from = this.length / this.blockTokens;
    const last = Math.floor(most / this.blockTokens);
    if (!Number.isInteger(from) || last <= from) return { gained: 0, known: this.length };
    let limit = from;
    const whole = this.#pools.filter((_, group) => this.#windows[group] === Number.POSITIVE_INFINITY);
    while (limit < last && whole.every((pool) => pool.find(keys(limit)) !== undefined)) limit++;
    let known = from;
    let end = limit;
    for (; end > from; end--) {
      if (!this.#windowsHold(end, keys)) continue;
      known = Math.max(known, end);
      if (!this.#slots || this.#slots.find(keys(end - 1)) !== undefined) break;
    }
    if (end > from) this.#take(from, end, keys);
    return { gained: (end - from) * this.blockTokens, known: known * this.blockTokens };
  }

  /** For each group the indices of the blocks that a text so long still sees. */
  seen(length: number): number[][] {
    const blocks = Math.ceil(length / this.blockTokens);
    return this.#windows.map((_, group) => {
      const first = this.#firstSeen(group, length);
      return Array.from({ length: Math.max(0, blocks - first) }, (_, i) => first + i);
    });
  }

  /** A sequence of the same text. The two share its blocks, and each copies the last one when it goes on. */
  fork(): Sequence {
    const copy = new Sequence(this.#pools, this.#caches, this.blockTokens, this.#slots);
    const blocks = Math.ceil(this.length / this.blockTokens);
    this.tables.forEach((table, group) => {
      const pool = this.#pools[group]!;
      copy.tables[group] = table.slice(0, blocks).map((block) => (block < 0 ? -1 : pool.share(block)));
    });
    if (this.slot >= 0) copy.slot = this.#slots!.share(this.slot);
    copy.length = this.length;
    copy.longest = this.longest;
    return copy;
  }

  /** Forgets the places from `length` on. False, with nothing kept, where what stood before them is gone already. */
  rewind(length: number): boolean {
    if (length >= this.length) return true;
    const blocks = Math.ceil(length / this.blockTokens);
    const whole = this.seen(length).every((seen, group) => seen.every((i) => this.tables[group]![i]! >= 0));
    // A recurrent state cannot be taken back.
    if (!whole || this.#slots || length === 0) {
      this.clear();
      return length === 0;
    }
    this.tables.forEach((table, group) => {
      for (const block of table.splice(blocks).reverse()) if (block >= 0) this.#pools[group]!.give(block);
    });
    this.length = length;
    return true;
  }

  /** Forgets everything and gives its blocks back, the last ones first: a beginning is of use to more texts. */
  clear(): void {
    this.tables.forEach((table, group) => {
      for (const block of table.reverse()) if (block >= 0) this.#pools[group]!.give(block);
      table.length = 0;
    });
    for (const slot of [this.slot, this.nextSlot]) if (slot >= 0) this.#slots!.give(slot);
    [this.slot, this.nextSlot] = [-1, -1];
    this.length = 0;
    this.longest = 0;
  }

  /** The begun block that the next row is written into, where others hold it too; else -1. */
  #sharedEnd(group: number): number {
    if (this.length % this.blockTokens === 0) return -1;
    const block = this.tables[group]![Math.floor(this.length / this.blockTokens)]!;
    return this.#pools[group]!.isShared(block) ? block : -1;
  }

  /** Index of the first block that a row at place `length` can see. */
  #firstSeen(group: number, length: number): number {
    return Math.floor(Math.max(0, length - this.#windows[group]! + 1) / this.blockTokens);
  }

  #publish(before: number, keys: BlockKeys): void {
    const full = Math.floor(this.length / this.blockTokens);
    this.tables.forEach((table, group) => {
      for (let i = before; i < full; i++) {
        if (table[i]! >= 0) this.#pools[group]!.publish(table[i]!, keys(i));
      }
    });
    const atBorder = this.length % this.blockTokens === 0;
    if (atBorder && this.slot >= 0) this.#slots!.publish(this.slot, keys(full - 1));
  }

  /** Whether each windowed group knows the blocks that a row at the beginning of block `end` sees. */
  #windowsHold(end: number, keys: BlockKeys): boolean {
    return this.#pools.every((pool, group) => {
      if (this.#windows[group] === Number.POSITIVE_INFINITY) return true;
      const held = this.tables[group]!;
      for (let i = end - 1; i >= this.#firstSeen(group, end * this.blockTokens); i--) {
        if (i < held.length ? held[i]! < 0 : pool.find(keys(i)) === undefined) return false;
      }
      return true;
    });
  }

  #take(from: number, end: number, keys: BlockKeys): void {
    this.tables.forEach((table, group) => {
      const pool = this.#pools[group]!;
      // Blocks set aside for these places are not needed.
      for (const block of table.splice(from)) pool.give(block);
      const first = this.#firstSeen(group, end * this.blockTokens);
      for (let i = from; i < end; i++) table.push(i < first ? -1 : pool.share(pool.find(keys(i))!));
      for (let i = 0; i < Math.min(first, from); i++) {
        if (table[i]! >= 0) pool.give(table[i]!);
        table[i] = -1;
      }
    });
    if (this.#slots) {
      if (this.slot >= 0) this.#slots.give(this.slot);
      this.slot = this.#slots.share(this.#slots.find(keys(end - 1))!);
    }
    this.length = end * this.blockTokens;
    this.longest = Math.max(this.longest, this.length);
  }
}

function windowOf(caches: readonly CacheSpec[], group: number): number {
  return caches.find((cache) => cache.group === group)?.window ?? Number.POSITIVE_INFINITY;
}
