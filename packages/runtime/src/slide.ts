import { EngineError } from "@engine/core";
import type { History } from "./history.ts";
import type { Sliding } from "./overflow.ts";

/**
 * Makes a text shorter than the context; undefined where it is already. What lies between the kept beginning and the
 * newest tokens goes; an image or a sound goes whole or stays whole. Throws `context-overflow` where one is too long
 * for that.
 */
export function slide(
  history: History,
  { keep, drop }: Sliding,
  context: number,
): { readonly begin: number; readonly tokens: number } | undefined {
  const { length, embeddings } = history;
  if (length < context) return undefined;
  let begin = keep;
  let end = Math.min(length - 1, keep + Math.max(drop, length - context + 1));
  for (const given of embeddings) {
    if (given.begin < begin && begin < given.end) begin = given.begin;
    if (given.begin < end && end < given.end) end = given.end;
  }
  if (end >= length || length - (end - begin) >= context) {
    throw new EngineError(
      "context-overflow",
      `The text has ${length} tokens, but the context is ${context}, and the embeddings given in it cannot be cut to fit. Shorten it, or load the model with a larger context.`,
    );
  }
  history.drop(begin, end);
  return { begin, tokens: end - begin };
}
