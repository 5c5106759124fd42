import type { Io } from "../io.ts";
import { isLive } from "./paint.ts";

const CELLS = 24;
/** Milliseconds between two drawings. */
const INTERVAL = 50;
/** What is done sooner shows no bar at all. */
const PATIENCE = 200;

/** One line on stderr that is drawn over; nothing where stderr is no terminal, or under CI. */
export class ProgressBar implements Disposable {
  readonly #io: Io;
  readonly #live: boolean;
  readonly #begin = performance.now();
  #drawnAt = Number.NEGATIVE_INFINITY;
  #width = 0;

  constructor(io: Io) {
    this.#io = io;
    this.#live = isLive(io.stderr, io.env);
  }

  /** `done` of `total` in any unit; 0 of 0 when the end is not known. */
  readonly update = (done: number, total: number, what: string): void => {
    const now = performance.now();
    if (!this.#live || now - this.#begin < PATIENCE || now - this.#drawnAt < INTERVAL) return;
    this.#drawnAt = now;
    const share = total > 0 ? Math.min(1, done / total) : 0;
    const full = Math.round(share * CELLS);
    const bar = `${"█".repeat(full)}${"░".repeat(CELLS - full)}`;
    this.#draw(`${bar} ${String(Math.floor(share * 100)).padStart(3)} % ${what}`);
  };

  /** Leaves the line empty; escape codes are not needed for that. */
  clear(): void {
    if (this.#width > 0) this.#io.stderr.write(`\r${" ".repeat(this.#width)}\r`);
    this.#width = 0;
  }

  [Symbol.dispose](): void {
    this.clear();
  }

  #draw(line: string): void {
    // One column stays free: a full line would wrap and could not be drawn over.
    const text = line.slice(0, Math.max(0, (this.#io.stderr.columns ?? 80) - 1));
    this.#io.stderr.write(`\r${text.padEnd(this.#width)}`);
    this.#width = text.length;
  }
}
