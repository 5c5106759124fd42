import type { ChatResult } from "@engine/auto";
import type { Head } from "./head.ts";
import { type LogprobsOf, tokensOf } from "./logprobs.ts";
import { finishReasonOf, timingsOf, usageOf } from "./usage.ts";

/** The object of a finished chat completion. */
export function chatCompletion(
  { id, created, model }: Head,
  { results, logprobsOf }: { readonly results: readonly ChatResult[]; readonly logprobsOf: LogprobsOf },
) {
  return {
    id,
    object: "chat.completion",
    created,
    model,
    choices: results.map((result, index) => ({
      index,
      message: messageOf(result),
      logprobs: logprobsOf(tokensOf(result)),
      finish_reason: finishReasonOf(result),
    })),
    usage: usageOf(results),
    timings: timingsOf(results[0]!),
  };
}

function messageOf({ text, reasoning, toolCalls }: ChatResult) {
  return {
    role: "assistant",
    content: text === "" && toolCalls.length > 0 ? null : text,
    refusal: null,
    ...(reasoning !== "" && { reasoning_content: reasoning }),
    ...(toolCalls.length > 0 && { tool_calls: toolCalls.map(toolCallOf) }),
  };
}

export function toolCallOf({ id, name, arguments: args }: ChatResult["toolCalls"][number]) {
  return { id, type: "function", function: { name, arguments: JSON.stringify(args) } };
}
