import type { Dropped } from "@engine/runtime";

/** One sentence about what was dropped from a text so that it fits the context. */
export function droppedNote({ begin, tokens }: Dropped): string {
  const kept = begin === 0 ? "" : ` after the first ${begin}`;
  return `The text no longer fits the context: its oldest ${tokens} tokens${kept} were dropped.`;
}
