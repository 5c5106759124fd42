import type { Sequence } from "./sequence.ts";

/** A session's text: the tokens, and how many of them the caches hold (`sequence.length`, never more). */
export interface History {
  readonly tokens: number[];
  readonly sequence: Sequence;
}
