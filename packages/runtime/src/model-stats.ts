import type { StreamCounts, WeightStore } from "@engine/core";
import type { Scheduler } from "./scheduler.ts";
import type { SwapStats } from "./swap-space.ts";

/** What a model is doing, and has done since it was loaded. */
export interface ModelStats {
  /** Answers that take part in steps, and those that wait for blocks. */
  readonly running: number;
  readonly waiting: number;
  /** Key-value blocks of all groups; `cached` are free ones whose content a new text may still take over. */
  readonly blocks: {
    readonly total: number;
    readonly used: number;
    readonly free: number;
    readonly cached: number;
    readonly tokens: number;
  };
  readonly steps: number;
  /** Rows of prompts that were computed, and places that were taken over from other texts instead. */
  readonly promptTokens: number;
  readonly sharedTokens: number;
  readonly generatedTokens: number;
  /** How often an answer gave its blocks up and was computed again. */
  readonly preemptions: number;
  /** Tokens generated in a second, over the last 64 steps. */
  readonly tokensPerSecond: number;
  /** Resting texts in files, where the model was given a folder for them. */
  readonly swap?: SwapStats;
  /** What was read of weights that do not stay in memory since the model was loaded. Absent where all of them do. */
  readonly streamed?: StreamCounts;
}

export function modelStats(scheduler: Scheduler, weights: WeightStore): ModelStats {
  const { counts, running, waiting, memory } = scheduler;
  const { groups, blockTokens } = memory;
  const sum = (of: "size" | "free" | "cached"): number => groups.reduce((total, pool) => total + pool[of], 0);
  const [total, free, cached] = [sum("size"), sum("free"), sum("cached")];
  const { steps, promptTokens, shared, generatedTokens, preemptions, tokensPerSecond } = counts;
  return {
    running,
    waiting,
    blocks: { total, used: total - free, free, cached, tokens: blockTokens },
    steps,
    promptTokens,
    sharedTokens: shared,
    generatedTokens,
    preemptions,
    tokensPerSecond,
    ...(scheduler.swapStats && { swap: scheduler.swapStats }),
    ...(weights.bytes.streamed && weights.streamed && { streamed: weights.streamed() }),
  };
}
