import type { ChatResult } from "@engine/auto";
import type { Head } from "./head.ts";
import type { ResponsesRequest } from "./responses-schema.ts";
import { timingsOf } from "./usage.ts";

/** A response as OpenAI shows it, on its way or finished. */
export function responseObject(
  { id, created, model }: Head,
  {
    request,
    result,
    output,
  }: {
    readonly request: ResponsesRequest;
    readonly result: ChatResult | undefined;
    readonly output: readonly object[];
  },
): object {
  const cut = result?.finishReason === "length";
  return {
    id,
    object: "response",
    created_at: created,
    status: result === undefined ? "in_progress" : cut ? "incomplete" : "completed",
    error: null,
    incomplete_details: cut ? { reason: "max_output_tokens" } : null,
    instructions: request.instructions ?? null,
    max_output_tokens: request.max_output_tokens ?? null,
    model,
    output,
    parallel_tool_calls: request.parallel_tool_calls ?? true,
    previous_response_id: null,
    reasoning: { effort: request.reasoning?.effort ?? null, summary: null },
    store: false,
    temperature: request.temperature ?? null,
    text: { format: request.text?.format ?? { type: "text" } },
    tool_choice: request.tool_choice ?? "auto",
    tools: request.tools ?? [],
    top_p: request.top_p ?? null,
    truncation: request.truncation ?? "disabled",
    usage: result ? usageOf(result) : null,
    ...(result && { timings: timingsOf(result) }),
    metadata: request.metadata ?? {},
  };
}

function usageOf({ usage }: ChatResult) {
  const { promptTokens, cachedTokens, completionTokens, reasoningTokens } = usage;
  return {
    input_tokens: promptTokens,
    input_tokens_details: { cached_tokens: cachedTokens },
    output_tokens: completionTokens,
    output_tokens_details: { reasoning_tokens: reasoningTokens },
    total_tokens: promptTokens + completionTokens,
  };
}
