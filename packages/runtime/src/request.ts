import type { Answer } from "./answer.ts";
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

  /** It ends, well or with an error. */
  leave(failure?: { readonly error: unknown }): void {
    this.history.reopen();
    this.release(this.history);
    this.#leave();
    if (failure) this.sink.fail(failure.error);
    else this.sink.end();
  }
}
