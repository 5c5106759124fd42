import { EngineError } from "@engine/core";
import type { GenerateOptions, GenerateResult, Generation } from "@engine/runtime";
import type { ChatMessage, Tokenizer } from "@engine/tokenizer";
import type { Chat, ChatEvent, ChatOptions } from "./model.ts";

/** The token ids of a conversation up to where the answer begins. */
export function chatTokens(
  tokenizer: Tokenizer | EngineError,
  messages: readonly ChatMessage[],
  options: Pick<ChatOptions, "tools" | "variables">,
): number[] {
  if (EngineError.isInstance(tokenizer)) {
    throw new EngineError(
      tokenizer.code,
      `chat() needs a tokenizer; use generate() with token ids. ${tokenizer.message}`,
      { cause: tokenizer },
    );
  }
  if (!tokenizer.hasChatTemplate) {
    throw new EngineError(
      "bad-option",
      "The model has no chat template, so it knows no conversations. Use generate() with a plain text (--raw on the command line).",
    );
  }
  const { tools, variables = {} } = options;
  const text = tokenizer.chatTemplate.render({
    ...variables,
    messages,
    ...(tools && { tools }),
    addGenerationPrompt: true,
  });
  // The template has written BOS itself.
  return tokenizer.encode(text, { addSpecialTokens: false });
}

/** A generation as chat events. */
export class ChatAnswer implements Chat {
  readonly #generation: Generation;

  constructor(generate: (options: GenerateOptions) => Generation, options: ChatOptions) {
    const { tools: _, variables: __, ...rest } = options;
    this.#generation = generate(rest);
  }

  get result(): Promise<GenerateResult> {
    return this.#generation.result;
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<ChatEvent, void, undefined> {
    for await (const { text } of this.#generation) if (text !== "") yield { type: "text", text };
    yield { type: "finish", ...(await this.#generation.result) };
  }
}
