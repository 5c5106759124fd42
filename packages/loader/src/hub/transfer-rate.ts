/** Bytes in a second over the last few seconds. */
export class TransferRate {
  readonly #samples: { readonly at: number; readonly bytes: number }[] = [];
  #bytes = 0;

  constructor(
    /** Milliseconds that are looked back at. */
    readonly span = 5000,
    readonly now: () => number = () => performance.now(),
  ) {
    this.#samples.push({ at: now(), bytes: 0 });
  }

  add(bytes: number): void {
    this.#bytes += bytes;
    const at = this.now();
    // A sample for each tenth of the span is enough.
    if (at - this.#samples.at(-1)!.at >= this.span / 10) this.#samples.push({ at, bytes: this.#bytes });
    while (this.#samples.length > 1 && at - this.#samples[1]!.at >= this.span) this.#samples.shift();
  }

  perSecond(): number {
    const { at, bytes } = this.#samples[0]!;
    const ms = this.now() - at;
    return ms > 0 ? ((this.#bytes - bytes) / ms) * 1000 : 0;
  }
}
