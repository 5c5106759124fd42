/** Calls of one op and the time they took together. */
export interface OpTimes {
  readonly calls: number;
  readonly ms: number;
}

/** What ran, by op. */
export class Trace {
  readonly #times = new Map<string, { calls: number; ms: number }>();

  add(op: string, ms: number): void {
    const times = this.#times.get(op) ?? { calls: 0, ms: 0 };
    times.calls += 1;
    times.ms += ms;
    this.#times.set(op, times);
  }

  /** Ops by the time they took, the longest first. */
  get ops(): ReadonlyMap<string, OpTimes> {
    return new Map([...this.#times].sort(([, a], [, b]) => b.ms - a.ms));
  }

  clear(): void {
    this.#times.clear();
  }
}
