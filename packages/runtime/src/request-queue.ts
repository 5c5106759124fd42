import { EngineError } from "@engine/core";
import type { Request } from "./request.ts";

/** Who waits for blocks, in the order of arrival. */
export class RequestQueue {
  readonly #waiting: Request[] = [];
  readonly #most: number;
  #orders = 0;

  constructor(most: number) {
    this.#most = most;
  }

  get length(): number {
    return this.#waiting.length;
  }

  get first(): Request | undefined {
    return this.#waiting[0];
  }

  /** Throws `busy` when one more would be too many; `places`: how many more may run, and so do not wait for long. */
  check({ running, places }: { readonly running: number; readonly places: number }): void {
    // Those that gave their blocks up were let in already.
    const waiting = this.#waiting.filter(({ preempted }) => !preempted).length - places;
    if (waiting < this.#most) return;
    throw new EngineError(
      "busy",
      `${running + places} answers are running and ${waiting} wait, which is as many as the model takes (maxWaiting). Try again later.`,
    );
  }

  add(request: Request): void {
    request.order = ++this.#orders;
    this.#waiting.push(request);
  }

  /** One that was let in already waits again, before all that came after it. */
  putBack(request: Request): void {
    const at = this.#waiting.findIndex(({ order }) => order > request.order);
    this.#waiting.splice(at < 0 ? this.#waiting.length : at, 0, request);
  }

  remove(request: Request): boolean {
    const at = this.#waiting.indexOf(request);
    if (at >= 0) this.#waiting.splice(at, 1);
    return at >= 0;
  }
}
