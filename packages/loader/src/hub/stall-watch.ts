/** A signal that fires when nothing was heard for some time, or when the caller's own signal does. */
export class StallWatch {
  readonly signal: AbortSignal;
  readonly #controller = new AbortController();
  readonly #timer: NodeJS.Timeout;
  #stalled = false;

  constructor(
    readonly limit: number,
    signal: AbortSignal,
  ) {
    this.signal = AbortSignal.any([this.#controller.signal, signal]);
    this.#timer = setTimeout(() => {
      this.#stalled = true;
      this.#controller.abort();
    }, limit);
  }

  get stalled(): boolean {
    return this.#stalled;
  }

  /** Something was heard: the time begins anew. */
  heard(): void {
    this.#timer.refresh();
  }

  /** Ends the watch and what still goes on under its signal. */
  end(): void {
    clearTimeout(this.#timer);
    this.#controller.abort();
  }
}
