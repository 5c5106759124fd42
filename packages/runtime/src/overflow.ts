import { EngineError } from "@engine/core";

/**
 * What becomes of a text that no longer fits the context. "error" (unless told): a prompt that is too long is refused
 * as `context-overflow`, and an answer that fills the context ends with the reason "length". "sliding": the oldest
 * tokens after the first `keep` are dropped, and what is left is read again from its beginning, so what comes next is
 * what a new text of the kept tokens would give, in every family. Without `maxTokens` such an answer has no end of its
 * own but a stop.
 */
export type Overflow =
  | "error"
  | {
      readonly policy: "sliding";
      /** First tokens that stay, such as a system prompt; 4 (attention sinks) unless told. */
      readonly keep?: number;
      /** How many are dropped at a time, at least; half of those that may be dropped unless told. */
      readonly drop?: number;
    };

/** Tokens that were dropped from a text. */
export interface Dropped {
  /** Where in the text, as it was then, the first of them stood. */
  readonly begin: number;
  readonly tokens: number;
  /** Tokens of the answer that were there by then; 0 where the prompt was too long. */
  readonly at: number;
}

export interface Sliding {
  readonly keep: number;
  readonly drop: number;
}

const SINKS = 4;

/** The numbers of a sliding policy, undefined for "error". Throws `bad-option`. */
export function slidingOf(overflow: Overflow | undefined, context: number): Sliding | undefined {
  if (overflow === undefined || overflow === "error") return undefined;
  const fail = (what: string): never => {
    throw new EngineError("bad-option", `overflow: ${what}.`);
  };
  if (overflow.policy !== "sliding") fail(`the policy must be "sliding", but is ${String(overflow.policy)}`);
  const keep = overflow.keep ?? Math.min(SINKS, context - 2);
  // One token to go on from, and one to come.
  const most = context - keep - 2;
  if (!Number.isSafeInteger(keep) || keep < 0 || most < 0)
    fail(`keep must be a whole number from 0 to the context of ${context} less 2, but is ${keep}`);
  const drop = overflow.drop ?? Math.max(1, Math.floor((context - keep) / 2));
  if (!Number.isSafeInteger(drop) || drop < 1 || drop > most + 1)
    fail(`drop must be a whole number from 1 to ${most + 1}, but is ${drop}`);
  return { keep, drop };
}
