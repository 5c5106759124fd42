import { EngineError } from "@engine/core";
import type { Constraint } from "@engine/runtime";
import type { GrammarThread } from "./thread/grammar-thread.ts";
import type { Reply } from "./thread/protocol.ts";

/** A way through a grammar in the thread that follows it. */
export interface Match {
  readonly thread: GrammarThread;
  readonly match: number;
}

/** One answer's way through a grammar that a thread follows. */
export class ThreadConstraint implements Constraint {
  readonly finished = false;
  readonly #open: () => Promise<Match>;
  readonly #never: readonly number[];
  #at: Match;
  readonly #tokens: number[] = [];
  /** So many of them the thread has been told. */
  #told = 0;

  /** `open` begins the way anew, `never`: tokens that may not come though the grammar's text would allow them. */
  constructor(at: Match, { open, never }: { open: () => Promise<Match>; never: readonly number[] }) {
    this.#at = at;
    this.#open = open;
    this.#never = never;
  }

  /** Where the grammar is complete, what ends an answer is among them. */
  async allowed(): Promise<Uint32Array> {
    const reply = await this.#next().catch(async (error) => {
      // Another answer's form ended the thread: this one goes on in the next.
      if (!this.#at.thread.ended || !EngineError.isInstance(error) || error.code !== "out-of-memory")
        throw error;
      this.#at = await this.#open();
      this.#told = 0;
      return this.#next();
    });
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
    this.#tokens.push(token);
  }

  dispose(): void {
    // The thread may be gone already, and all with it.
    const { thread, match } = this.#at;
    thread.ask({ ask: "end", match }).catch(() => {});
  }

  #next(): Promise<Reply> {
    const { thread, match } = this.#at;
    const tokens = this.#tokens.slice(this.#told);
    this.#told = this.#tokens.length;
    return thread.ask({ ask: "next", match, tokens });
  }
}
