import { setTimeout as wait } from "node:timers/promises";
import { EngineError } from "@engine/core";

/** A failure that may be gone when the same is tried again. */
export class Transient extends Error {
  override readonly name = "Transient";

  constructor(
    /** What the user is told when trying again does not help. */
    readonly error: EngineError,
    /** Milliseconds the server asks to wait. */
    readonly retryAfter?: number,
  ) {
    super(error.message);
  }
}

export interface RetryOptions {
  readonly signal: AbortSignal;
  /** How often in a row it may fail without getting any further. */
  readonly attempts: number;
  /** Milliseconds before the second attempt; doubled for each further one. */
  readonly delay: number;
}

const LONGEST_DELAY = 30_000;
/** The hub counts requests in windows of five minutes. */
const LONGEST_RETRY_AFTER = 310_000;

/** Does the work again while it fails with `Transient`; calling `advanced` starts the count of attempts anew. */
export async function retrying<T>(
  options: RetryOptions,
  work: (advanced: () => void) => Promise<T>,
): Promise<T> {
  const { signal, attempts, delay } = options;
  let failed = 0;
  for (;;) {
    try {
      return await work(() => {
        failed = 0;
      });
    } catch (error) {
      if (!(error instanceof Transient)) throw error;
      const { retryAfter = 0 } = error;
      if (++failed >= attempts || retryAfter > LONGEST_RETRY_AFTER) throw error.error;
      // Many clients that broke off at once shall not come back at once.
      const backoff = Math.min(LONGEST_DELAY, delay * 2 ** (failed - 1)) * (0.75 + Math.random() / 2);
      await pause(Math.max(backoff, retryAfter), signal);
    }
  }
}

/** Throws `aborted` where the signal comes first. */
export async function pause(ms: number, signal: AbortSignal): Promise<void> {
  try {
    await wait(ms, undefined, { signal });
  } catch {
    throw aborted();
  }
}

export function aborted(): EngineError {
  return new EngineError(
    "aborted",
    "the download was stopped; what arrived is kept. Pull again to go on from there.",
  );
}
