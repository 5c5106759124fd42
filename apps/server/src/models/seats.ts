/** So many at a time; others wait in the order they came. */
export class Seats {
  readonly #limit: number;
  readonly #queue: (() => void)[] = [];
  #taken = 0;

  constructor(limit: number) {
    this.#limit = limit;
  }

  get taken(): number {
    return this.#taken;
  }

  get waiting(): number {
    return this.#queue.length;
  }

  /** Gives what frees the seat again. Rejects with the signal's reason when it aborts before. */
  async take(signal: AbortSignal): Promise<() => void> {
    signal.throwIfAborted();
    if (this.#taken < this.#limit) this.#taken += 1;
    else await this.#wait(signal);
    let free = false;
    return () => {
      if (free) return;
      free = true;
      const next = this.#queue.shift();
      // A seat goes from hand to hand: nobody who comes later slips in between.
      if (next) next();
      else this.#taken -= 1;
    };
  }

  #wait(signal: AbortSignal): Promise<void> {
    return new Promise((resolve, reject) => {
      const turn = (): void => {
        signal.removeEventListener("abort", leave);
        resolve();
      };
      const leave = (): void => {
        this.#queue.splice(this.#queue.indexOf(turn), 1);
        reject(signal.reason);
      };
      this.#queue.push(turn);
      signal.addEventListener("abort", leave, { once: true });
    });
  }
}
