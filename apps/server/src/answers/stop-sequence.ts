import type { ChatResult, Model } from "@engine/auto";

/** Which of the stop strings ended an answer: its tokens spell one right behind its text. */
export function stopSequence(
  model: Model,
  stops: readonly string[],
  { finishReason, tokens, text }: ChatResult,
): string | null {
  if (finishReason !== "stop" || stops.length === 0) return null;
  const spelled = model.tokenizer?.decode(tokens) ?? "";
  return stops.find((stop) => spelled.includes(text + stop)) ?? null;
}
