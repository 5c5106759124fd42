import type { ChatEvent, ChatOptions, Model } from "@engine/auto";
import type { ChatMessage } from "@engine/tokenizer";
import { ApiError } from "../errors/api-error.ts";
import type { AnswerJob, Prompt } from "./answer-job.ts";
import { unanswered } from "./unanswered.ts";

/** One answer of a model, as events; the last one is its result. Throws the signal's reason when that ended it. */
export async function* runAnswer(
  model: Model,
  job: Pick<AnswerJob, "options" | "maxCalls"> & { readonly prompt: Prompt },
  { signal, plainChat }: { readonly signal: AbortSignal; readonly plainChat: boolean },
): AsyncGenerator<ChatEvent, void, undefined> {
  const enough = new AbortController();
  const options: ChatOptions = {
    ...bounded(job.options, model.context),
    signal: AbortSignal.any([signal, enough.signal]),
  };
  let calls = 0;
  for await (const event of eventsOf(model, job.prompt, { options, plainChat })) {
    if (enough.signal.aborted && event.type !== "finish") continue;
    if (event.type === "tool-call" && ++calls === job.maxCalls) enough.abort();
    if (event.type !== "finish" || event.finishReason !== "abort") yield event;
    else if (!enough.signal.aborted) throw signal.reason;
    else yield { ...event, finishReason: "stop", toolCalls: event.toolCalls.slice(0, job.maxCalls) };
  }
}

/** An answer whose text slides through the context would have no end but a stop: it has as many tokens as the context. */
function bounded(options: AnswerJob["options"], context: number): AnswerJob["options"] {
  const { overflow = "error", maxTokens = context } = options;
  return overflow === "error" ? options : { ...options, maxTokens };
}

function eventsOf(
  model: Model,
  prompt: Prompt,
  { options, plainChat }: { readonly options: ChatOptions; readonly plainChat: boolean },
): AsyncIterable<ChatEvent> {
  if (prompt.kind === "prompt")
    return continued(model, prompt.text, { ...options, raw: prompt.raw === true });
  // Without a tokenizer either it says so itself.
  if (model.channels || !model.tokenizer) return model.chat(prompt.messages, options);
  if (plainChat || prompt.plain) return continued(model, plainText(prompt.messages), options);
  throw new ApiError(
    400,
    "The model has no chat template, so it knows no conversations. Ask /v1/completions to continue a text, set 'plain_chat' in a chat completion, or start the server with --plain-chat.",
    { code: "no_chat_template" },
  );
}

/** What a model without a chat template continues. */
export function plainText(messages: readonly ChatMessage[]): string {
  const texts = messages.map(({ content }) => textOf(content));
  return texts.filter((part) => part !== "").join("\n");
}

function textOf(content: unknown): string {
  if (typeof content === "string") return content;
  if (!Array.isArray(content)) return "";
  return content
    .map((part: { readonly text?: unknown }) => (typeof part.text === "string" ? part.text : ""))
    .join("");
}

/** A text continued, in the events of a conversation. */
async function* continued(
  model: Model,
  prompt: string | readonly number[],
  options: ChatOptions & { readonly raw?: boolean },
): AsyncGenerator<ChatEvent, void, undefined> {
  if (options.maxTokens === 0) return yield unanswered(model, prompt);
  const generation = model.generate(prompt, options);
  for await (const { token, text, logprobs } of generation) {
    if (options.logprobs !== undefined && token >= 0) yield { type: "token", token, logprobs };
    if (text !== "") yield { type: "text", text };
  }
  const result = await generation.result;
  yield {
    type: "finish",
    ...result,
    reasoning: "",
    toolCalls: [],
    usage: { ...result.usage, reasoningTokens: 0 },
  };
}
