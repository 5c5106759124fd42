import { monitorEventLoopDelay } from "node:perf_hooks";

/** Milliseconds the event loop came late, over the time since `reset`. */
export interface LoopDelay {
  readonly p50: number;
  readonly p99: number;
}

export interface LoopDelayMeter {
  read(): LoopDelay;
  reset(): void;
  stop(): void;
}

const RESOLUTION_MS = 10;

/** Node's histogram counts the timer's own interval too; what is above it is the delay. */
export function measureLoopDelay(): LoopDelayMeter {
  const histogram = monitorEventLoopDelay({ resolution: RESOLUTION_MS });
  histogram.enable();
  const late = (percentile: number): number =>
    histogram.count === 0 ? 0 : Math.max(0, histogram.percentile(percentile) / 1e6 - RESOLUTION_MS);
  return {
    read: () => ({ p50: late(50), p99: late(99) }),
    reset: () => histogram.reset(),
    stop: () => void histogram.disable(),
  };
}
