import type { CacheDType } from "@engine/core";
import { planState } from "@engine/runtime";
import { cachesOf, type LayerFacts } from "./layer-facts.ts";

/** Places in a block of keys and rows of a step, as the runtime has them unless told. */
export const BLOCK_TOKENS = 32;
export const STEP_TOKENS = 256;

/** Bytes, known before anything is loaded. What a step computes in between comes on top. */
export interface MemoryEstimate {
  readonly context: number;
  readonly weights: number;
  /** Keys and values of one text of the whole context, by their number format. */
  readonly kv: Readonly<Record<CacheDType, number>>;
}

export function estimateMemory(
  layers: readonly LayerFacts[],
  { context, weights }: { readonly context: number; readonly weights: number },
): MemoryEstimate {
  const kv = (dtype: CacheDType): number =>
    planState({
      caches: cachesOf(layers, dtype),
      blockTokens: BLOCK_TOKENS,
      maxTokens: STEP_TOKENS,
      budget: Number.POSITIVE_INFINITY,
      context,
      sessions: 1,
    }).bytes;
  return { context, weights, kv: { f32: kv("f32"), f16: kv("f16"), bf16: kv("bf16") } };
}
