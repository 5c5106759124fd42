import { UnsupportedFunctionalityError } from "@ai-sdk/provider";
import type { Answer, AnswerEvent, Ask } from "./ask.ts";
import type { ChatModel } from "./chat-model.ts";
import type { Constrained } from "./constraints.ts";
import { timingsJson } from "./timings-json.ts";

/** The prompt's continuation, by a model that was not made for conversations. Throws UnsupportedFunctionalityError. */
export function continueText(
  model: Pick<ChatModel, "generate">,
  {
    ask,
    modelId,
    held,
  }: { readonly ask: Ask; readonly modelId: string; readonly held: Constrained | undefined },
): Answer {
  const { messages, tools, sampling, engine, signal, effort } = ask;
  const [only, ...more] = messages;
  const text = only?.role === "user" && more.length === 0 ? only.content : undefined;
  if (typeof text !== "string") throw untemplated("a conversation", "give one prompt of text");
  if (tools.length > 0) throw untemplated("tools", "give none");
  if (held && "why" in held) throw untemplated(`structured output (${held.why})`, "ask for text");
  const { thinking, thoughtBudget, templateVariables, ...rest } = engine;
  const asked = { reasoning: effort, thinking, thoughtBudget, templateVariables };
  const unused = Object.entries(asked).filter(([, value]) => value !== undefined);
  const generation = model.generate(text, { ...sampling, ...rest, ...held, ...(signal && { signal }) });
  const events = async function* (): AsyncGenerator<AnswerEvent> {
    yield { type: "meta", id: `text-${crypto.randomUUID()}`, modelId, timestamp: new Date() };
    for await (const { text: piece } of generation) yield { type: "text", text: piece };
    const { finishReason: reason, usage, timings } = await generation.result;
    if (reason === "abort") throw signal?.reason ?? new DOMException("The answer was stopped.", "AbortError");
    yield {
      type: "finish",
      reason,
      usage: { ...usage, reasoningTokens: 0 },
      raw: { ...usage },
      metadata: { timings: timingsJson(timings) },
    };
  };
  return {
    warnings: [
      {
        type: "other",
        message: "This model has no chat template: it continues the prompt instead of answering it.",
      },
      ...unused.map(([feature]) => ({
        type: "unsupported" as const,
        feature,
        details: "It needs a chat template, and this model has none.",
      })),
    ],
    events: events(),
  };
}

function untemplated(functionality: string, instead: string): UnsupportedFunctionalityError {
  return new UnsupportedFunctionalityError({
    functionality,
    message: `This model has no chat template, so it cannot take ${functionality}; ${instead}, or take a model made for conversations.`,
  });
}
