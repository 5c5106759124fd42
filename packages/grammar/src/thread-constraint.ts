import { EngineError } from "@engine/core";
import type { Constraint } from "@engine/runtime";
import type { GrammarThread } from "./thread/grammar-thread.ts";

/** One answer's way through a grammar that a thread follows. */
export class ThreadConstraint implements Constraint {
  readonly finished = false;
  readonly #thread: GrammarThread;
  readonly #match: number;
  readonly #never: readonly number[];
  /** Came since the thread was asked last. */
  #came: number[] = [];

  /** `never`: tokens that may not come though the grammar's text would allow them. */
  constructor(thread: GrammarThread, match: number, never: readonly number[]) {
    this.#thread = thread;
    this.#match = match;
    this.#never = never;
  }

  /** Where the grammar is complete, what ends an answer is among them. */
  async allowed(): Promise<Uint32Array> {
    const tokens = this.#came;
    this.#came = [];
    const reply = await this.#thread.ask({ ask: "next", match: this.#match, tokens });
    if (!("mask" in reply)) {
      const which = "refused" in reply ? `Token ${reply.refused}` : "A token";
      throw new EngineError(
        "bad-option",
        `${which} came where the grammar does not allow it: something put it in (\`steer\`).`,
      );
    }
    for (const id of this.#never) reply.mask[id >> 5]! &= ~(1 << (id & 31));
    return reply.mask;
  }

  accept(token: number): void {
    this.#came.push(token);
  }

  dispose(): void {
    // The thread may be gone already, and all with it.
    this.#thread.ask({ ask: "end", match: this.#match }).catch(() => {});
  }
}
