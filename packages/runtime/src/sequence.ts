import type { CacheSpec } from "@engine/core";
import type { BlockPool } from "./block-pool.ts";

/** One text's places in the caches: which block holds which places, group by group. */
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
  readonly #pools: readonly BlockPool[];
  readonly #slots: BlockPool | undefined;
  readonly #caches: readonly CacheSpec[];
  readonly #windows: readonly (number | undefined)[];
  readonly #blockTokens: number;

  constructor(
    pools: readonly BlockPool[],
    caches: readonly CacheSpec[],
    blockTokens: number,
    slots?: BlockPool,
  ) {
    this.#pools = pools;
    this.#slots = slots;
    this.#caches = caches;
    this.#blockTokens = blockTokens;
    this.#windows = pools.map((_, group) => caches.find((cache) => cache.group === group)?.window);
    this.tables = pools.map(() => []);
  }

  /** Takes the blocks that `rows` more places need; on failure the sequence is as it was. */
  reserve(rows: number): void {
    const blocks = Math.ceil((this.length + rows) / this.#blockTokens);
    const taken: [group: number, count: number][] = [];
    if (this.#slots && this.nextSlot < 0) this.nextSlot = this.#slots.take();
    try {
      this.tables.forEach((table, group) => {
        for (let i = table.length; i < blocks; i++) {
          table.push(this.#pools[group]!.take());
          taken.push([group, i]);
        }
      });
    } catch (error) {
      for (const [group] of taken.reverse()) this.#pools[group]!.give(this.tables[group]!.pop()!);
      throw error;
    }
  }

  /** The step is done: its rows are cached now, and blocks wholly behind a window are free. */
  advance(rows: number): void {
    this.length += rows;
    if (this.slot >= 0) this.#slots!.give(this.slot);
    [this.slot, this.nextSlot] = [this.nextSlot, -1];
    this.longest = Math.max(this.longest, this.length);
    this.tables.forEach((table, group) => {
      const window = this.#windows[group];
      if (window === undefined) return;
      // The next row, at place `length`, sees places from length - window + 1.
      const kept = Math.floor(Math.max(0, this.length - window + 1) / this.#blockTokens);
      for (let i = 0; i < Math.min(kept, table.length); i++) {
        if (table[i]! >= 0) this.#pools[group]!.give(table[i]!);
        table[i] = -1;
      }
    });
  }

  /** A sequence with as much cached text in blocks of its own, and the moves for `StateStore.copy` that fill them. */
  fork(): { readonly copy: Sequence; readonly moves: Int32Array } {
    const copy = new Sequence(this.#pools, this.#caches, this.#blockTokens, this.#slots);
    const moves: number[] = [];
    const blocks = Math.ceil(this.length / this.#blockTokens);
    try {
      this.tables.forEach((table, group) => {
        for (const from of table.slice(0, blocks)) {
          const to = from < 0 ? -1 : this.#pools[group]!.take();
          copy.tables[group]!.push(to);
          if (to >= 0) moves.push(group, from, 0, to, 0, this.#blockTokens);
        }
      });
      if (this.slot >= 0) copy.slot = this.#slots!.take();
    } catch (error) {
      copy.clear();
      throw error;
    }
    if (this.slot >= 0) moves.push(-1, this.slot, 0, copy.slot, 0, 0);
    copy.length = this.length;
    copy.longest = this.longest;
    return { copy, moves: Int32Array.from(moves) };
  }

  /** Forgets everything and gives its blocks back. */
  clear(): void {
    this.tables.forEach((table, group) => {
      for (const block of table) if (block >= 0) this.#pools[group]!.give(block);
      table.length = 0;
    });
    for (const slot of [this.slot, this.nextSlot]) if (slot >= 0) this.#slots!.give(slot);
    [this.slot, this.nextSlot] = [-1, -1];
    this.length = 0;
    this.longest = 0;
  }
}
