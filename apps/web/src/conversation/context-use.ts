import type { Message } from "./message.ts";

/** Tokens that the branch took in the model's context at its last answer that told; undefined before that. */
export function tokensInContext(path: readonly Message[]): number | undefined {
  const last = path.findLast((message) => message.role === "assistant" && message.usage !== undefined);
  if (last?.role !== "assistant" || !last.usage) return undefined;
  return last.usage.promptTokens + last.usage.completionTokens;
}
