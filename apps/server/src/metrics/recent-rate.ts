/** How much came per second over the last seconds. */
export class RecentRate {
  readonly #seconds: number;
  readonly #now: () => number;
  /** One bucket per second: its number since the start, and what came in it. */
  readonly #buckets: { second: number; amount: number }[];

  constructor(seconds: number, now: () => number = () => performance.now() / 1000) {
    this.#seconds = seconds;
    this.#now = now;
    this.#buckets = Array.from({ length: seconds + 1 }, () => ({ second: -1, amount: 0 }));
  }

  add(amount: number): void {
    const second = Math.floor(this.#now());
    const bucket = this.#buckets[second % this.#buckets.length]!;
    if (bucket.second !== second) Object.assign(bucket, { second, amount: 0 });
    bucket.amount += amount;
  }

  /** Over the whole seconds before this one. */
  perSecond(): number {
    const current = Math.floor(this.#now());
    const recent = this.#buckets.filter(
      ({ second }) => second >= 0 && second < current && second >= current - this.#seconds,
    );
    return recent.reduce((sum, { amount }) => sum + amount, 0) / this.#seconds;
  }
}
