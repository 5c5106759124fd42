import { computed, type ReadonlySignal, signal } from "@preact/signals";
import { type ApiError, isAbort, toApiError } from "../api/api-error.ts";
import type { WorkEvent } from "../api/work-events.ts";

/** A long work of the server that was begun on this page. Sizes are bytes. */
export interface Job<Ask> {
  readonly id: string;
  readonly ask: Ask;
  readonly state: "running" | "stopped" | "failed";
  readonly done: number;
  /** 0 until the server has told. */
  readonly total: number;
  readonly bytesPerSecond: number;
  readonly secondsLeft: number | undefined;
  readonly error: ApiError | undefined;
}

export interface Jobs<Ask> {
  readonly all: ReadonlySignal<readonly Job<Ask>[]>;
  /** Begins, or goes on with, a work; does nothing while one with this id runs. */
  start(id: string, ask: Ask): Promise<void>;
  /** What is done stays on the disk. */
  stop(id: string): void;
  dismiss(id: string): void;
}

export interface JobsOptions<Ask> {
  readonly run: (ask: Ask, signal: AbortSignal) => AsyncIterable<WorkEvent>;
  readonly onDone: (id: string) => void;
}

export function createJobs<Ask>({ run, onDone }: JobsOptions<Ask>): Jobs<Ask> {
  const byId = signal<ReadonlyMap<string, Job<Ask>>>(new Map());
  const stoppers = new Map<string, AbortController>();

  function change(id: string, news: Partial<Job<Ask>>): void {
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
    async start(id, ask) {
      if (stoppers.has(id)) return;
      const stopper = new AbortController();
      stoppers.set(id, stopper);
      const before = byId.peek().get(id) ?? { done: 0, total: 0 };
      const fresh = {
        id,
        ask,
        state: "running",
        bytesPerSecond: 0,
        secondsLeft: undefined,
        error: undefined,
      } as const;
      byId.value = new Map(byId.peek()).set(id, { ...before, ...fresh });
      try {
        for await (const event of run(ask, stopper.signal)) {
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
