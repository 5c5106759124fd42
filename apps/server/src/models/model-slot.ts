import type { Model } from "@engine/auto";
import { createGrammars, type Grammars } from "@engine/grammar";
import type { ModelSource } from "./model-source.ts";

export type ModelState = "unloaded" | "loading" | "loaded" | "unloading";

export interface LoadProgress {
  readonly done: number;
  readonly total: number;
  readonly what: string;
}

/** What the pool knows of one model. */
export class ModelSlot {
  readonly source: ModelSource;
  state: ModelState = "unloaded";
  model: Model | undefined;
  /** Bytes it takes, or was planned to take while it loads. */
  bytes = 0;
  progress: LoadProgress | undefined;
  /** Why the last load failed. */
  error: string | undefined;
  /** The load under way, or waiting for its turn. */
  loading: Promise<void> | undefined;
  /** The unload under way; false when answers kept the model. */
  unloading: Promise<boolean> | undefined;
  /** Milliseconds it stays after its last answer. */
  keepAliveMs: number;
  /** When it will be unloaded; undefined while it is used, or stays. */
  expires: Date | undefined;
  usedAt = 0;
  #grammars: Promise<Grammars> | undefined;
  #leases = 0;
  #timer: NodeJS.Timeout | undefined;
  readonly #idle = new Set<() => void>();

  constructor(source: ModelSource, keepAliveMs: number) {
    this.source = source;
    this.keepAliveMs = keepAliveMs;
  }

  get leases(): number {
    return this.#leases;
  }

  /** No time without answers unloads it. */
  get stays(): boolean {
    return !Number.isFinite(this.keepAliveMs);
  }

  /** Holds the model; the result lets it go again. */
  hold(expire: () => void): () => void {
    this.#leases += 1;
    this.#forget();
    let held = true;
    return () => {
      if (!held) return;
      held = false;
      this.#leases -= 1;
      this.usedAt = performance.now();
      if (this.#leases > 0) return;
      for (const tell of this.#idle) tell();
      this.#idle.clear();
      this.startTimer(expire);
    };
  }

  /** Counts down to the unload, unless somebody holds the model or it stays. */
  startTimer(expire: () => void): void {
    this.#forget();
    if (this.state !== "loaded" || this.#leases > 0 || this.stays) return;
    this.expires = new Date(Date.now() + this.keepAliveMs);
    // Node's timers hold 31 bits.
    this.#timer = setTimeout(expire, Math.min(this.keepAliveMs, 2 ** 31 - 1)).unref();
  }

  /** Settles when nobody holds the model; false when that took longer than `ms`. */
  idle(ms: number): Promise<boolean> {
    if (this.#leases === 0) return Promise.resolve(true);
    return new Promise((resolve) => {
      const tell = (): void => {
        clearTimeout(timer);
        resolve(true);
      };
      const give = (): void => {
        this.#idle.delete(tell);
        resolve(false);
      };
      const timer = Number.isFinite(ms) ? setTimeout(give, ms) : undefined;
      this.#idle.add(tell);
    });
  }

  /** Grammars for the loaded model's answers: made when one is first asked for, kept with the model. */
  grammars(): Promise<Grammars> {
    const made = this.#grammars ?? createGrammars(this.model!);
    this.#grammars = made;
    // What could not be made is tried again by the next who asks.
    made.catch(() => {
      if (this.#grammars === made) this.#grammars = undefined;
    });
    return made;
  }

  /** The model is in memory. */
  loaded(model: Model): void {
    this.model = model;
    this.bytes = model.memory.model;
    this.state = "loaded";
    this.progress = undefined;
    this.error = undefined;
    this.usedAt = performance.now();
  }

  /** The model is not in memory, or no more; `error` says why a load failed. */
  gone(error?: string): void {
    this.#forget();
    this.model = undefined;
    this.#grammars?.then((grammars) => grammars.dispose()).catch(() => {});
    this.#grammars = undefined;
    this.bytes = 0;
    this.state = "unloaded";
    this.progress = undefined;
    this.error = error;
  }

  #forget(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    this.expires = undefined;
  }
}
