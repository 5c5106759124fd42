import { randomInt } from "node:crypto";
import type { Model } from "@engine/auto";
import type { GenerateOptions, Overflow } from "@engine/runtime";
import { type SamplingFlags, samplingOptions } from "../options/sampling-flags.ts";

/** Most tokens of an answer unless the user or the model says otherwise. */
const MAX_TOKENS = 2048;

export interface AnswerFlags extends SamplingFlags {
  readonly ignoreEos?: boolean;
}

function slidingOverflow({ overflowKeep: keep }: AnswerFlags): Overflow {
  return { policy: "sliding", ...(keep !== undefined && { keep }) };
}

type EndsOf = Pick<Model, "generationConfig" | "tokenizer" | "vocab">;

/** Options of an answer. The seed is always known, so that it can be told and used again. */
export function answerOptions(
  model: EndsOf,
  flags: AnswerFlags,
): GenerateOptions & { readonly seed: number; readonly maxTokens: number } {
  return {
    seed: randomInt(2 ** 32),
    ...samplingOptions(flags),
    maxTokens: flags.maxTokens ?? model.generationConfig.maxNewTokens ?? MAX_TOKENS,
    ...(flags.stop && { stop: flags.stop }),
    ...(flags.overflow === "sliding" && { overflow: slidingOverflow(flags) }),
    ...(flags.ignoreEos && { logitBias: withoutEnd(model) }),
  };
}

/** Forbids the tokens that end a text. */
export function withoutEnd({ generationConfig, tokenizer, vocab }: EndsOf): Record<number, number> {
  const ends = [...generationConfig.eosTokenIds, tokenizer?.eosId ?? vocab];
  const forbidden = ends.filter((id) => id < vocab).map((id) => [id, Number.NEGATIVE_INFINITY]);
  return Object.fromEntries(forbidden);
}
