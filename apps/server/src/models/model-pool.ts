import type { Model } from "@engine/auto";
import { ApiError } from "../errors/api-error.ts";
import { toApiError } from "../errors/to-api-error.ts";
import { abortable } from "./abortable.ts";
import { makeRoom } from "./make-room.ts";
import type { ModelCatalogue } from "./model-catalogue.ts";
import { ModelSlot } from "./model-slot.ts";
import type { ModelSource } from "./model-source.ts";

export interface LoadWatch {
  readonly signal: AbortSignal;
  readonly onProgress: (done: number, total: number, what: string) => void;
}

export interface PoolOptions {
  readonly catalogue: ModelCatalogue;
  readonly load: (path: string, watch: LoadWatch) => Promise<Model>;
  /** Bytes a load will take, told by the files' headers. */
  readonly plan: (path: string) => Promise<number>;
  /** Bytes all models together may take. */
  readonly budget: number;
  /** Milliseconds a model stays after its last answer. */
  readonly keepAliveMs: number;
  /** Milliseconds a load waits for the answers of a model that must go for it. */
  readonly evictWaitMs: number;
}

export interface LeaseOptions {
  readonly signal: AbortSignal;
  /** From now on; the pool's own unless told. */
  readonly keepAliveMs?: number | undefined;
}

/** A model that stays in memory until it is released. */
export interface Lease {
  readonly slot: ModelSlot;
  readonly model: Model;
  /** Milliseconds the model took to load for this caller; 0 when it was there. */
  readonly loadMs: number;
  release(): void;
}

/** The models in memory: loaded on demand, one at a time, within one budget; unloaded when nobody uses them. */
export class ModelPool {
  readonly #options: PoolOptions;
  readonly #slots = new Map<string, ModelSlot>();
  readonly #closing = new AbortController();
  #turn: Promise<void> = Promise.resolve();

  constructor(options: PoolOptions) {
    this.#options = options;
  }

  get catalogue(): ModelCatalogue {
    return this.#options.catalogue;
  }

  get budget(): number {
    return this.#options.budget;
  }

  /** Models that are in memory or on their way. */
  get slots(): readonly ModelSlot[] {
    return [...this.#slots.values()];
  }

  slot(id: string): ModelSlot | undefined {
    return this.#slots.get(id);
  }

  /** The model of a request, loaded when it is not there. Throws 404, 409, 503, or what the load throws. */
  async lease(id: string | undefined, { signal, keepAliveMs }: LeaseOptions): Promise<Lease> {
    const source = await this.catalogue.find(id);
    const slot = this.#slotOf(source);
    const begin = performance.now();
    let waited = false;
    for (;;) {
      if (this.#closing.signal.aborted)
        throw new ApiError(503, "The server is ending.", { code: "draining", retryAfter: 5 });
      if (slot.state === "loaded") break;
      waited = true;
      await abortable<unknown>(slot.unloading ?? this.#load(slot), signal);
    }
    if (keepAliveMs !== undefined) slot.keepAliveMs = keepAliveMs;
    const release = slot.hold(() => void this.#unload(slot));
    return { slot, model: slot.model!, loadMs: waited ? performance.now() - begin : 0, release };
  }

  /** Takes a model out of memory once its answers have ended; nothing happens when it is not there. */
  async unload(id: string): Promise<ModelSource> {
    const source = await this.catalogue.find(id);
    const slot = this.#slots.get(source.id);
    await slot?.loading?.catch(() => {});
    if (slot) await this.#unload(slot);
    return source;
  }

  /** Stops loads, waits for no answers: they were ended before. */
  async close(): Promise<void> {
    this.#closing.abort(new ApiError(503, "The server is ending.", { code: "draining", retryAfter: 5 }));
    await this.#turn.catch(() => {});
    await Promise.all(this.slots.map((slot) => this.#unload(slot)));
  }

  #slotOf(source: ModelSource): ModelSlot {
    const known = this.#slots.get(source.id);
    // A model that was downloaded anew, or moved, has another path.
    if (known && (known.state !== "unloaded" || known.loading || known.source.path === source.path))
      return known;
    const slot = new ModelSlot(source, this.#options.keepAliveMs);
    this.#slots.set(source.id, slot);
    return slot;
  }

  /** Joins the load under way, or queues one. */
  #load(slot: ModelSlot): Promise<void> {
    if (!slot.loading) {
      // Also while it waits for its turn: who looks should see that it comes.
      slot.state = "loading";
      slot.loading = this.#inTurn(() => this.#loadNow(slot)).finally(() => {
        slot.loading = undefined;
      });
    }
    return slot.loading;
  }

  #inTurn(work: () => Promise<void>): Promise<void> {
    const mine = this.#turn.then(work);
    this.#turn = mine.catch(() => {});
    return mine;
  }

  async #loadNow(slot: ModelSlot): Promise<void> {
    const { load, plan, budget, evictWaitMs } = this.#options;
    const { signal } = this.#closing;
    const { id, path, missing } = slot.source;
    try {
      signal.throwIfAborted();
      if (missing.length > 0) {
        throw new ApiError(
          409,
          `The download of '${id}' has not ended: ${missing[0]} is missing. Pull it again.`,
          {
            code: "model_incomplete",
          },
        );
      }
      slot.bytes = await plan(path);
      const unload = (victim: ModelSlot): Promise<boolean> => this.#unload(victim, evictWaitMs);
      await makeRoom(slot, { slots: this.slots, budget, unload });
      const onProgress = (done: number, total: number, what: string): void => {
        slot.progress = { done, total, what };
      };
      slot.loaded(await load(path, { signal, onProgress }));
      slot.startTimer(() => void this.#unload(slot));
    } catch (error) {
      slot.gone(toApiError(error).message);
      throw error;
    }
  }

  /** False when its answers did not end within `waitMs`; then it stays. */
  async #unload(slot: ModelSlot, waitMs = Number.POSITIVE_INFINITY): Promise<boolean> {
    if (slot.unloading) return slot.unloading;
    if (slot.state !== "loaded") return slot.state === "unloaded";
    slot.state = "unloading";
    slot.unloading = slot.idle(waitMs).then(async (idle) => {
      if (idle) await slot.model?.dispose().finally(() => slot.gone());
      else slot.state = "loaded";
      slot.unloading = undefined;
      return idle;
    });
    return slot.unloading;
  }
}
