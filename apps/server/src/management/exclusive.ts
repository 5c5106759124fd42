import { ApiError } from "../errors/api-error.ts";

/** Works of which one at a time may run. */
export class Exclusive {
  readonly #running = new Set<string>();

  /** Holds the work until it is disposed. Throws 409 with `busy` while another holds it. */
  enter(work: string, busy: string): Disposable {
    if (this.#running.has(work)) throw new ApiError(409, busy, { code: "already_running", retryAfter: 60 });
    this.#running.add(work);
    return { [Symbol.dispose]: () => void this.#running.delete(work) };
  }
}
