import { UnsupportedFunctionalityError } from "@ai-sdk/provider";
import type { Chat, ChatOptions } from "@engine/auto";
import type { ChatMessage } from "@engine/tokenizer";
import type { AnswerEvent, Answerer, Ask } from "./ask.ts";
import type { ChatModel } from "./chat-model.ts";
import type { Constrained, Constraints } from "./constraints.ts";
import { continueText } from "./continue-text.ts";
import { inWords, shownTools } from "./in-words.ts";
import { JsonText } from "./json-text.ts";
import { timingsJson } from "./timings-json.ts";

/** Answers of a model in this process. */
export function inProcess(
  modelId: string,
  { model, constraints }: { readonly model: ChatModel; readonly constraints: Constraints },
): Answerer {
  return {
    modelId,
    async answer(ask) {
      refuseFiles(ask.messages);
      const held = await holding(ask, constraints);
      // A model without a chat template knows no conversations, but it can go on with a text.
      if (model.tokenizer && !model.tokenizer.hasChatTemplate)
        return continueText(model, { ask, modelId, held });
      const { messages, tools, warnings } = inWords(ask, held);
      const options = chatOptions(ask, { model, tools });
      const chat = model.chat(messages, { ...options, ...(held && "constraint" in held && held) });
      return { warnings, events: chatEvents(chat, { modelId, signal: ask.signal, json: ask.format }) };
    },
  };
}

/** What holds the answer to its form, or why nothing does; undefined where it is free. */
async function holding(ask: Ask, constraints: Constraints): Promise<Constrained | undefined> {
  const { format, toolChoice } = ask;
  const tools = shownTools(ask);
  if (toolChoice !== "auto" && toolChoice !== "none") return constraints.call(tools);
  if (format) return tools.length > 0 ? constraints.call(tools, format) : constraints.json(format);
  return tools.some((tool) => tool.function.strict) ? constraints.call(tools, "text") : undefined;
}

function chatOptions(
  { sampling, engine, effort, signal }: Ask,
  { model, tools }: { readonly model: ChatModel; readonly tools: Ask["tools"] },
): ChatOptions {
  const { templateVariables, ...rest } = engine;
  const efforts = model.tokenizer?.chatTemplate.sources.some((text) => text.includes("reasoning_effort"));
  const variables = {
    ...(efforts &&
      effort !== undefined &&
      effort !== "none" && { reasoning_effort: LEVELS[effort] ?? effort }),
    ...templateVariables,
  };
  return {
    ...sampling,
    ...(effort !== undefined && { thinking: effort !== "none" }),
    ...rest,
    variables,
    ...(tools.length > 0 && { tools }),
    ...(signal && { signal }),
  };
}

/** Templates know three. */
const LEVELS: Readonly<Record<string, string>> = { minimal: "low", xhigh: "high" };

async function* chatEvents(
  chat: Chat,
  {
    modelId,
    signal,
    json,
  }: { readonly modelId: string; readonly signal: AbortSignal | undefined; readonly json: Ask["format"] },
): AsyncGenerator<AnswerEvent> {
  yield { type: "meta", id: `chat-${crypto.randomUUID()}`, modelId, timestamp: new Date() };
  const value = json && new JsonText({ object: isObjectSchema(json.schema) });
  for await (const event of chat) {
    yield { type: "raw", value: event };
    switch (event.type) {
      case "text":
        yield { type: "text", text: value ? value.push(event.text) : event.text };
        break;
      case "tool-call": {
        const { id, name } = event;
        yield { type: "call-start", id, name };
        yield { type: "call-piece", id, text: JSON.stringify(event.arguments) };
        yield { type: "call-end", id };
        break;
      }
      case "finish": {
        const { finishReason: reason, usage, timings } = event;
        if (reason === "abort")
          throw signal?.reason ?? new DOMException("The answer was stopped.", "AbortError");
        if (value) yield { type: "text", text: value.flush() };
        yield {
          type: "finish",
          reason,
          usage,
          raw: { ...usage },
          metadata: { timings: timingsJson(timings) },
        };
        break;
      }
      case "token":
        break;
      default:
        yield event;
    }
  }
}

function isObjectSchema(schema: unknown): boolean {
  return typeof schema === "object" && schema !== null && "type" in schema && schema.type === "object";
}

function refuseFiles(messages: readonly ChatMessage[]): void {
  for (const { content } of messages) {
    const other = Array.isArray(content) ? content.find(({ type }) => type !== "text") : undefined;
    if (!other) continue;
    throw new UnsupportedFunctionalityError({
      functionality: `messages with parts of type ${other.type}`,
      message: `A message holds a part of type ${JSON.stringify(other.type)}; a model in this process reads text only.`,
    });
  }
}
