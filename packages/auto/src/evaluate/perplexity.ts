import { EngineError, type Watch } from "@engine/core";
import type { Model } from "../model.ts";
import { logSumExp } from "./log-sum-exp.ts";
import { Surprise } from "./surprise.ts";

export interface PerplexityResult {
  /** exp of the mean negative log-probability. */
  readonly perplexity: number;
  /** Of the perplexity: its change when the mean moves by one standard error. */
  readonly standardError: number;
  /** Tokens that were predicted: all but the first of each piece. */
  readonly tokens: number;
  readonly pieces: number;
}

/**
 * How well a model predicts texts, each from its beginning by itself. Loading the model with `maxRows` of 100 or more
 * makes it faster. Throws what `model.logits` throws.
 */
export async function measurePerplexity(
  model: Pick<Model, "logits">,
  pieces: readonly (readonly number[])[],
  { signal, onProgress }: Watch = {},
): Promise<PerplexityResult> {
  const total = pieces.reduce((sum, ids) => sum + ids.length, 0);
  const surprise = new Surprise();
  let before = 0;
  for (const ids of pieces) {
    await model.logits(ids, {
      onRow(position, logits) {
        const next = ids[position + 1];
        if (next !== undefined) surprise.add(logSumExp(logits) - logits[next]!);
      },
      onProgress: (done) => onProgress?.(before + done, total, "reading"),
      ...(signal && { signal }),
    });
    before += ids.length;
  }
  if (surprise.count === 0) {
    throw new EngineError("bad-option", "Perplexity needs a piece of at least two tokens.");
  }
  return {
    perplexity: surprise.perplexity,
    standardError: surprise.standardError,
    tokens: surprise.count,
    pieces: pieces.length,
  };
}
