import type { StateStore } from "@engine/core";
import type { KeyRules } from "./block-keys.ts";
import type { ModelFacts } from "./model-facts.ts";
import type { Runner } from "./runner.ts";
import type { Scheduler } from "./scheduler.ts";
import type { Turns } from "./turns.ts";

/** What the sessions of a model share. */
export interface ModelParts extends ModelFacts {
  readonly runner: Runner;
  readonly state: StateStore;
  readonly turns: Turns;
  readonly scheduler: Scheduler;
  /** What tells one block's content from another's. */
  readonly rules: KeyRules;
  /** Names the model for saved sessions. */
  readonly fingerprint: () => Promise<string>;
}
