import type { EngineError, StateStore } from "@engine/core";
import type { KeyRules } from "./block-keys.ts";
import type { TokenText } from "./generation.ts";
import type { Runner } from "./runner.ts";
import type { SamplingOptions } from "./sampling-options.ts";
import type { Scheduler } from "./scheduler.ts";
import type { Turns } from "./turns.ts";

/** What the sessions of a model share. */
export interface ModelParts {
  readonly runner: Runner;
  readonly state: StateStore;
  readonly turns: Turns;
  readonly scheduler: Scheduler;
  readonly vocab: number;
  /** Most tokens of one text. */
  readonly context: number;
  readonly stopTokens: readonly number[];
  /** Bits of the tokens that may be chosen; absent where all may. */
  readonly mask?: Uint32Array;
  /** What an answer's options leave out. */
  readonly sampling: SamplingOptions;
  /** The tokenizer, or why there is none. */
  readonly tokenizer: TokenText | EngineError;
  /** What tells one block's content from another's. */
  readonly rules: KeyRules;
  /** Names the model for saved sessions. */
  readonly fingerprint: () => Promise<string>;
}
