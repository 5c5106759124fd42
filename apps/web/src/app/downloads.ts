import { computed, type ReadonlySignal, signal } from "@preact/signals";
import { type ApiError, isAbort, toApiError } from "../api/api-error.ts";
import type { Http } from "../api/http.ts";
import { pullModel } from "../api/pull.ts";

/** A download from the hub that was begun on this page. Sizes are bytes. */
export interface Download {
  readonly id: string;
  readonly state: "running" | "stopped" | "failed";
  readonly done: number;
  /** 0 until the hub has told. */
  readonly total: number;
  readonly bytesPerSecond: number;
  readonly secondsLeft: number | undefined;
  readonly error: ApiError | undefined;
}

export interface Downloads {
  readonly all: ReadonlySignal<readonly Download[]>;
  /** Begins, or goes on with, a download; does nothing while one of this model runs. */
  start(id: string): Promise<void>;
  /** What has arrived stays on the disk. */
  stop(id: string): void;
  dismiss(id: string): void;
}

export function createDownloads(http: Http, onDone: (id: string) => void): Downloads {
  const byId = signal<ReadonlyMap<string, Download>>(new Map());
  const stoppers = new Map<string, AbortController>();

  function change(id: string, news: Partial<Download>): void {
    const before = byId.peek().get(id);
    if (before) byId.value = new Map(byId.peek()).set(id, { ...before, ...news });
  }

  function dismiss(id: string): void {
    const rest = new Map(byId.peek());
    rest.delete(id);
    byId.value = rest;
  }

  return {
    all: computed(() => [...byId.value.values()]),
    dismiss,
    stop: (id) => stoppers.get(id)?.abort(),
    async start(id) {
      if (stoppers.has(id)) return;
      const stopper = new AbortController();
      stoppers.set(id, stopper);
      const before = byId.peek().get(id) ?? { done: 0, total: 0 };
      const fresh = {
        id,
        state: "running",
        bytesPerSecond: 0,
        secondsLeft: undefined,
        error: undefined,
      } as const;
      byId.value = new Map(byId.peek()).set(id, { ...before, ...fresh });
      try {
        for await (const event of pullModel(http, id, stopper.signal)) {
          if (event.type !== "progress") continue;
          const { done, total, bytesPerSecond, secondsLeft } = event;
          change(id, { done, total, bytesPerSecond, secondsLeft, error: undefined });
        }
        dismiss(id);
        onDone(id);
      } catch (error) {
        if (isAbort(error)) change(id, { state: "stopped" });
        else change(id, { state: "failed", error: toApiError(error) });
      } finally {
        stoppers.delete(id);
      }
    },
  };
}
