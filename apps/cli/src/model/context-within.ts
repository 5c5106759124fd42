import type { Registry } from "@engine/auto";
import { type CacheDType, EngineError } from "@engine/core";
import { openCheckpoint } from "@engine/loader";
import { planState } from "@engine/runtime";
import { showBytes } from "../terminal/quantities.ts";
import { architectureFacts } from "./describe-model.ts";
import { cachesOf } from "./layer-facts.ts";
import { BLOCK_TOKENS, estimateMemory, STEP_TOKENS } from "./memory-estimate.ts";
import { tensorFacts, totals } from "./tensor-facts.ts";

export interface ContextWish {
  readonly path: string;
  readonly registry: Registry;
  readonly kv?: CacheDType | undefined;
  readonly context?: number | undefined;
}

/**
 * The longest context whose keys and values fit a budget of bytes beside the weights. Throws `out-of-memory` when the
 * weights alone, or the context asked for, do not fit. Undefined when the model cannot be read: loading says why.
 */
export async function contextWithin(budget: number, wish: ContextWish): Promise<number | undefined> {
  const { path, registry, kv = "f32", context } = wish;
  const checkpoint = await openCheckpoint(path);
  try {
    const facts = architectureFacts(checkpoint, registry);
    if (facts.problem !== undefined) return context;
    const weights = totals(tensorFacts(checkpoint.source)).bytes;
    const left = budget - weights;
    const sizes = `its weights take ${showBytes(weights)}`;
    if (left <= 0) throw tooLarge(path, `${sizes}, but --memory-budget is ${showBytes(budget)}`);
    if (context !== undefined) {
      const { kv: bytes } = estimateMemory(facts.layers, { context, weights });
      if (bytes[kv] <= left) return context;
      const caches = `keys and values of ${context} tokens ${showBytes(bytes[kv])}`;
      throw tooLarge(path, `${sizes} and ${caches}, but --memory-budget is ${showBytes(budget)}`);
    }
    return planState({
      caches: cachesOf(facts.layers, kv),
      blockTokens: BLOCK_TOKENS,
      maxTokens: STEP_TOKENS,
      budget: left,
      modelContext: facts.context,
      sessions: 1,
    }).context;
  } finally {
    await checkpoint.source.close();
  }
}

function tooLarge(path: string, why: string): EngineError {
  return new EngineError(
    "out-of-memory",
    `${path} does not fit: ${why}. Give a larger budget, a shorter --context, or a smaller model; streaming weights from disk is not available yet.`,
  );
}
