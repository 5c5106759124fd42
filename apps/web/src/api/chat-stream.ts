import { ApiError, errorFromBody } from "./api-error.ts";
import { type ChatRequest, chatBody } from "./chat-request.ts";
import type { Http } from "./http.ts";
import { count, type Json, list, object, optionalCount, optionalText, parsed } from "./shape.ts";

export interface Usage {
  readonly promptTokens: number;
  readonly completionTokens: number;
  readonly reasoningTokens: number;
  readonly cachedTokens: number;
}

export interface Timings {
  /** Milliseconds to the first token. */
  readonly ttftMs: number | undefined;
  readonly tokensPerSecond: number | undefined;
}

export type ChatEvent =
  | { readonly type: "text"; readonly text: string }
  | { readonly type: "reasoning"; readonly text: string }
  /** A piece of the call at `index`; `name` comes with the first piece, `arguments` adds up. */
  | {
      readonly type: "tool-call";
      readonly index: number;
      readonly id: string | undefined;
      readonly name: string | undefined;
      readonly arguments: string;
    }
  | { readonly type: "finish"; readonly reason: string }
  | { readonly type: "usage"; readonly usage: Usage }
  | { readonly type: "timings"; readonly timings: Timings };

/**
 * Asks for an answer and gives it piece by piece. Throws ApiError "offline" when the stream ends before the
 * server said that the answer is whole.
 */
export async function* streamChat(
  http: Http,
  request: ChatRequest,
  signal: AbortSignal,
): AsyncGenerator<ChatEvent> {
  let whole = false;
  for await (const { data } of http.events("v1/chat/completions", { body: chatBody(request), signal })) {
    if (data === "[DONE]") return;
    for (const event of readChunk(data)) {
      whole ||= event.type === "finish";
      yield event;
    }
  }
  if (!whole) throw new ApiError("offline", "The answer broke off.");
}

/** What one `data:` of the stream says. */
export function* readChunk(data: string): Generator<ChatEvent> {
  const chunk = object(parsed(data, "a piece of the answer"), "a piece of the answer");
  if (chunk.error !== undefined) throw errorFromBody(chunk, 0);
  for (const item of list(chunk.choices ?? [], "choices")) {
    const choice = object(item, "choices[0]");
    yield* readDelta(object(choice.delta ?? {}, "delta"));
    if (typeof choice.finish_reason === "string") yield { type: "finish", reason: choice.finish_reason };
  }
  if (chunk.timings) yield { type: "timings", timings: readTimings(object(chunk.timings, "timings")) };
  if (chunk.usage) yield { type: "usage", usage: readUsage(object(chunk.usage, "usage")) };
}

function* readDelta(delta: Json): Generator<ChatEvent> {
  const reasoning = optionalText(delta.reasoning_content);
  if (reasoning) yield { type: "reasoning", text: reasoning };
  const text = optionalText(delta.content);
  if (text) yield { type: "text", text };
  for (const item of list(delta.tool_calls ?? [], "tool_calls")) {
    const call = object(item, "tool_calls[0]");
    const named = object(call.function ?? {}, "function");
    yield {
      type: "tool-call",
      index: count(call.index),
      id: optionalText(call.id),
      name: optionalText(named.name),
      arguments: optionalText(named.arguments) ?? "",
    };
  }
}

function readUsage(usage: Json): Usage {
  const prompt = object(usage.prompt_tokens_details ?? {}, "prompt_tokens_details");
  const completion = object(usage.completion_tokens_details ?? {}, "completion_tokens_details");
  return {
    promptTokens: count(usage.prompt_tokens),
    completionTokens: count(usage.completion_tokens),
    reasoningTokens: count(completion.reasoning_tokens),
    cachedTokens: count(prompt.cached_tokens),
  };
}

function readTimings(timings: Json): Timings {
  return { ttftMs: optionalCount(timings.ttftMs), tokensPerSecond: optionalCount(timings.tokensPerSecond) };
}
