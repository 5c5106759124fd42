import type { EngineError } from "@engine/core";
import type { TokenText } from "./generation.ts";
import type { Runner } from "./runner.ts";
import type { SamplingOptions } from "./sampling-options.ts";

/** What an answer has to know of its model. */
export interface ModelFacts {
  readonly runner: Pick<Runner, "program">;
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
}
