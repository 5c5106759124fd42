import type { ModelDescription } from "@engine/auto";
import type { AnswerGate } from "./answers/answer-gate.ts";
import type { Confirmations } from "./management/confirmations.ts";
import type { Exclusive } from "./management/exclusive.ts";
import type { LoopDelayMeter } from "./metrics/loop-delay.ts";
import type { Metrics } from "./metrics/metrics.ts";
import type { ModelPool } from "./models/model-pool.ts";
import type { ServerSettings } from "./settings.ts";

/** Takes a line for the operator; "debug" ones are many. */
export type Log = (level: "debug" | "info" | "error", line: string) => void;

/** What handlers share. */
export interface ServerParts {
  readonly settings: ServerSettings;
  readonly pool: ModelPool;
  readonly gate: AnswerGate;
  readonly metrics: Metrics;
  readonly loopDelay: LoopDelayMeter;
  /** What a model would take, told by its headers. */
  readonly describe: (path: string) => Promise<ModelDescription>;
  /** Whether the models to load at the start are there. */
  readonly state: { ready: boolean; readonly startedAt: number };
  /** Plans that were shown to somebody who may confirm them. */
  readonly confirmations: Confirmations;
  /** Long works of the management, of which one at a time runs. */
  readonly exclusive: Exclusive;
  /** A backend's module for quantizing. */
  readonly rounding: URL | undefined;
  readonly log: Log;
  /** The built files of the web interface; undefined where there are none. */
  readonly webFolder: URL | undefined;
}
