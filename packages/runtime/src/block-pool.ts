import { EngineError } from "@engine/core";

/** The free blocks of one cache group, or the free slots of recurrent state. */
export class BlockPool {
  readonly #free: number[];
  readonly #size: number;

  readonly #what: string;

  constructor(size: number, what = "key-value blocks") {
    this.#what = what;
    this.#size = size;
    this.#free = Array.from({ length: size }, (_, i) => size - 1 - i);
  }

  get free(): number {
    return this.#free.length;
  }

  take(): number {
    const block = this.#free.pop();
    if (block !== undefined) return block;
    throw new EngineError(
      "out-of-memory",
      `All ${this.#size} ${this.#what} are in use. End a session, or load the model with a larger context or for more sessions.`,
    );
  }

  give(block: number): void {
    this.#free.push(block);
  }
}
