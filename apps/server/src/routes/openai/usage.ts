import type { ChatResult } from "@engine/auto";

/** OpenAI's count of tokens; the prompt of several answers counts once. */
export function usageOf(results: readonly ChatResult[]) {
  const sum = (count: (result: ChatResult) => number): number =>
    results.reduce((all, one) => all + count(one), 0);
  const prompt = results[0]?.usage.promptTokens ?? 0;
  const completion = sum(({ usage }) => usage.completionTokens);
  return {
    prompt_tokens: prompt,
    completion_tokens: completion,
    total_tokens: prompt + completion,
    prompt_tokens_details: { cached_tokens: results[0]?.usage.cachedTokens ?? 0 },
    completion_tokens_details: { reasoning_tokens: sum(({ usage }) => usage.reasoningTokens) },
  };
}

/** How fast it went; a member of ours beside OpenAI's. */
export function timingsOf({ timings, usage }: ChatResult) {
  const { ttftMs, promptTokensPerSecond, tokensPerSecond } = timings;
  const { promptTokens, cachedTokens, completionTokens, reasoningTokens } = usage;
  return {
    ttftMs,
    promptTokensPerSecond,
    tokensPerSecond,
    promptTokens,
    cachedTokens,
    completionTokens,
    reasoningTokens,
  };
}

export function finishReasonOf({ toolCalls, finishReason }: ChatResult): "stop" | "length" | "tool_calls" {
  if (toolCalls.length > 0 && finishReason !== "length") return "tool_calls";
  return finishReason === "length" ? "length" : "stop";
}
