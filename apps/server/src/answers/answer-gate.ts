import { ApiError } from "../errors/api-error.ts";

/** Lets in so many requests that compute, and none any more once the server drains. */
export class AnswerGate {
  readonly #limit: number;
  readonly #ending = new AbortController();
  readonly #empty = new Set<() => void>();
  #inside = 0;
  #draining = false;

  constructor(limit: number) {
    this.#limit = limit;
  }

  get limit(): number {
    return this.#limit;
  }

  get inside(): number {
    return this.#inside;
  }

  get draining(): boolean {
    return this.#draining;
  }

  /** Aborts when a drain has waited long enough. */
  get signal(): AbortSignal {
    return this.#ending.signal;
  }

  /** Gives what to call on the way out. Throws 429 when it is full, 503 while it drains. */
  enter(): () => void {
    if (this.#draining) {
      throw new ApiError(503, "The server is ending and takes no new requests.", {
        code: "draining",
        retryAfter: 5,
      });
    }
    if (this.#inside >= this.#limit) {
      throw new ApiError(429, `The server has ${this.#limit} requests already, its limit. Try again later.`, {
        code: "too_many_requests",
        retryAfter: 1,
      });
    }
    this.#inside += 1;
    let left = false;
    return () => {
      if (left) return;
      left = true;
      this.#inside -= 1;
      if (this.#inside > 0) return;
      for (const tell of this.#empty) tell();
      this.#empty.clear();
    };
  }

  /** Lets nobody in any more and waits for those inside; stops them after `ms`. */
  async drain(ms: number): Promise<void> {
    this.#draining = true;
    if (this.#inside === 0) return;
    const empty = new Promise<void>((resolve) => this.#empty.add(resolve));
    const late = setTimeout(() => {
      this.#ending.abort(new ApiError(503, "The server ended before the answer did.", { code: "draining" }));
    }, ms);
    await empty;
    clearTimeout(late);
  }
}
