import { EngineError } from "@engine/core";

/**
 * The blocks of one cache group, or the slots of recurrent state: who holds which, and which contents are known.
 * A block that is given back with a known content stays findable until its place is needed, the longest unused first.
 */
export class BlockPool {
  readonly size: number;
  readonly #what: string;
  readonly #free: number[];
  readonly #holders: Int32Array;
  readonly #keyOf = new Map<number, string>();
  readonly #blockOf = new Map<string, number>();
  /** Known contents that nobody holds, the longest unused first. */
  readonly #idle = new Set<number>();

  constructor(size: number, what = "key-value blocks") {
    this.size = size;
    this.#what = what;
    this.#free = Array.from({ length: size }, (_, i) => size - 1 - i);
    this.#holders = new Int32Array(size);
  }

  /** How many can be taken now. */
  get free(): number {
    return this.#free.length + this.#idle.size;
  }

  /** How many of the free ones still have a known content. */
  get cached(): number {
    return this.#idle.size;
  }

  /** Throws `out-of-memory` when fewer than so many can be taken. */
  check(count: number): void {
    if (count <= this.free) return;
    throw new EngineError(
      "out-of-memory",
      `${count} more ${this.#what} are needed, but ${this.size - this.free} of ${this.size} are in use. End a session, or load the model with a larger context or for more sessions.`,
    );
  }

  take(): number {
    this.check(1);
    const block = this.#free.pop() ?? this.#evict()!;
    this.#holders[block] = 1;
    return block;
  }

  /** One more holder of a block that is held or findable. */
  share(block: number): number {
    this.#idle.delete(block);
    this.#holders[block]!++;
    return block;
  }

  give(block: number): void {
    if (--this.#holders[block]! > 0) return;
    if (this.#keyOf.has(block)) this.#idle.add(block);
    else this.#free.push(block);
  }

  isShared(block: number): boolean {
    return this.#holders[block]! > 1;
  }

  isIdle(block: number): boolean {
    return this.#idle.has(block);
  }

  /** The block with this content. */
  find(key: string): number | undefined {
    return this.#blockOf.get(key);
  }

  /** Says what a held block contains. Of two equal ones the first stays the known one. */
  publish(block: number, key: string): void {
    if (this.#blockOf.has(key) || this.#keyOf.has(block)) return;
    this.#blockOf.set(key, block);
    this.#keyOf.set(block, key);
  }

  /** A held block is about to be written. */
  forget(block: number): void {
    const key = this.#keyOf.get(block);
    if (key === undefined) return;
    this.#keyOf.delete(block);
    this.#blockOf.delete(key);
  }

  #evict(): number | undefined {
    for (const block of this.#idle) {
      this.#idle.delete(block);
      this.forget(block);
      return block;
    }
    return undefined;
  }
}
