import { EngineError } from "@engine/core";
import {
  type ChannelDescription,
  type ChatMessage,
  opensReasoning,
  prepareHistory,
  type Tokenizer,
} from "@engine/tokenizer";
import type { ChatOptions } from "./model.ts";

export interface ChatPrompt {
  /** Token ids of the conversation up to where the answer begins. */
  readonly ids: readonly number[];
  /** It ends inside a thought. */
  readonly opened: boolean;
}

/** The tokenizer of a model that knows conversations. Throws what says why there is none, or `bad-option`. */
export function chatTokenizer(tokenizer: Tokenizer | EngineError): Tokenizer {
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
  return tokenizer;
}

/** A conversation as the model's template writes it. */
export function chatPrompt(
  tokenizer: Tokenizer,
  messages: readonly ChatMessage[],
  {
    description,
    options,
  }: {
    readonly description: ChannelDescription;
    readonly options: Pick<ChatOptions, "tools" | "thinking" | "thoughtBudget" | "variables">;
  },
): ChatPrompt {
  const { tools, thinking, thoughtBudget, variables = {} } = options;
  const templates = tokenizer.chatTemplate.sources;
  const text = tokenizer.chatTemplate.render({
    // A few templates (DeepSeek V3.1, Granite) call it by the second name.
    ...(thinking !== undefined && { enable_thinking: thinking, thinking }),
    ...variables,
    messages: prepareHistory(messages, { description, templates }),
    ...(tools && { tools }),
    addGenerationPrompt: true,
  });
  // The template has written BOS itself.
  const encode = (part: string): number[] => tokenizer.encode(part, { addSpecialTokens: false });
  const opened = opensReasoning(text, description);
  // A thought that may have no tokens ends where the prompt began it.
  if (opened && thoughtBudget === 0)
    return { ids: encode(text.trimEnd() + description.reasoning!.forced), opened: false };
  return { ids: encode(text), opened };
}
