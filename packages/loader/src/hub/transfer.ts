import type { Hub } from "./settings.ts";
import type { RetryOptions } from "./transient.ts";

/** What every request of one download shares. */
export interface Transfer extends RetryOptions {
  readonly hub: Hub;
  readonly id: string;
  readonly revision: string;
  /** Milliseconds without a byte after which a server counts as stalled. */
  readonly stall: number;
}
