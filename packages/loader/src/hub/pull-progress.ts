import type { RepoFile } from "./repo-files.ts";
import { TransferRate } from "./transfer-rate.ts";

export interface FileProgress {
  readonly path: string;
  /** Bytes that are there. */
  readonly done: number;
  readonly total: number;
}

export interface PullProgress {
  /** Bytes that are there, those of earlier runs included. */
  readonly done: number;
  readonly total: number;
  readonly files: readonly FileProgress[];
  /** Of the network, over the last seconds. */
  readonly bytesPerSecond: number;
  /** Undefined while nothing comes. */
  readonly secondsLeft: number | undefined;
}

/** Milliseconds between two reports. */
const INTERVAL = 100;

export class ProgressCount {
  readonly #files: Map<string, { readonly path: string; done: number; readonly total: number }>;
  readonly #report: ((progress: PullProgress) => void) | undefined;
  readonly #rate = new TransferRate();
  readonly #total: number;
  #done = 0;
  #reportedAt = performance.now();

  constructor(files: readonly RepoFile[], report: ((progress: PullProgress) => void) | undefined) {
    this.#files = new Map(files.map(({ path, size }) => [path, { path, done: 0, total: size }]));
    this.#report = report;
    this.#total = files.reduce((sum, { size }) => sum + size, 0);
  }

  /** What was on the disk already says nothing about the network's speed. */
  add(path: string, bytes: number, from: "disk" | "network"): void {
    this.#files.get(path)!.done += bytes;
    this.#done += bytes;
    if (from === "network") this.#rate.add(Math.max(0, bytes));
    if (performance.now() - this.#reportedAt >= INTERVAL) this.report();
  }

  report(): void {
    if (!this.#report) return;
    this.#reportedAt = performance.now();
    const bytesPerSecond = this.#rate.perSecond();
    this.#report({
      done: this.#done,
      total: this.#total,
      files: [...this.#files.values()].map((file) => ({ ...file })),
      bytesPerSecond,
      secondsLeft: bytesPerSecond > 0 ? (this.#total - this.#done) / bytesPerSecond : undefined,
    });
  }
}
