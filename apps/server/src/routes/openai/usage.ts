import type { ChatResult } from "@engine/auto";

/** OpenAI's count of tokens; a prompt that has `count` answers counts once. */
export function usageOf(results: readonly ChatResult[], count = results.length) {
  const sum = (list: readonly ChatResult[], read: (usage: ChatResult["usage"]) => number): number =>
    list.reduce((all, { usage }) => all + read(usage), 0);
  const prompts = results.filter((_, index) => index % Math.max(1, count) === 0);
  const prompt = sum(prompts, ({ promptTokens }) => promptTokens);
  const completion = sum(results, ({ completionTokens }) => completionTokens);
  return {
    prompt_tokens: prompt,
    completion_tokens: completion,
    total_tokens: prompt + completion,
    prompt_tokens_details: { cached_tokens: sum(prompts, ({ cachedTokens }) => cachedTokens) },
    completion_tokens_details: { reasoning_tokens: sum(results, ({ reasoningTokens }) => reasoningTokens) },
  };
}

/** How fast it went; a member of ours beside OpenAI's. */
export function timingsOf({ timings, usage, dropped = [] }: ChatResult) {
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
    ...(dropped.length > 0 && { droppedTokens: dropped.reduce((sum, { tokens }) => sum + tokens, 0) }),
  };
}

export function finishReasonOf({ toolCalls, finishReason }: ChatResult): "stop" | "length" | "tool_calls" {
  if (toolCalls.length > 0 && finishReason !== "length") return "tool_calls";
  return finishReason === "length" ? "length" : "stop";
}
