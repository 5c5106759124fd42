import type { Answer } from "./answer.ts";
import type { GeneratedToken } from "./generation.ts";
import type { History } from "./history.ts";
import type { TokenSink } from "./live-generation.ts";

/** An answer that waits for steps, or takes part in them. */
export class Request {
  /** Its place in the order of arrival. */
  order = 0;
  /** The last step that took rows of it. */
  served = 0;
  /** It gave its blocks up, and its rows are computed again. */
  preempted = false;
  stopped = false;
  /** It is out of the scheduler, and no step uses its text. */
  readonly left: Promise<void>;
  /** Tokens that were chosen and not handed out yet. */
  readonly #chosen: GeneratedToken[] = [];
  #leave!: () => void;

  constructor(
    readonly answer: Answer,
    readonly sink: TokenSink,
    /** What becomes of its text when it ends. */
    readonly release: (history: History) => void,
  ) {
    this.left = new Promise((resolve) => {
      this.#leave = resolve;
    });
  }

  get history(): History {
    return this.answer.history;
  }

  /** Tokens to hand out by `tell`: what readers make of them need not hold up the next step. */
  chose(tokens: readonly GeneratedToken[]): void {
    this.#chosen.push(...tokens);
  }

  tell(): void {
    for (const token of this.#chosen.splice(0)) this.sink.push(token);
  }

  /** It ends, well or with an error. */
  leave(failure?: { readonly error: unknown }): void {
    this.tell();
    this.history.reopen();
    this.release(this.history);
    this.#leave();
    if (failure) this.sink.fail(failure.error);
    else this.sink.end();
  }
}
