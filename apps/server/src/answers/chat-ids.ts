import type { ChatOptions, Model } from "@engine/auto";
import type { GenerateResult, Generation } from "@engine/runtime";
import type { ChatMessage } from "@engine/tokenizer";
import { plainText } from "./run-answer.ts";

/**
 * Token ids of a conversation as the model would read them. Throws `bad-option` where it has no chat template and is
 * not to continue plain texts instead.
 */
export function chatIds(
  { model, plainChat }: { readonly model: Model; readonly plainChat: boolean },
  messages: readonly ChatMessage[],
  options: Omit<ChatOptions, "generate"> = {},
): readonly number[] {
  if (plainChat && !model.channels && model.tokenizer) return model.tokenizer.encode(plainText(messages));
  let read: readonly number[] = [];
  const generate = (ids: readonly number[]): Generation => {
    read = ids;
    return NOTHING;
  };
  model.chat(messages, { ...options, generate });
  return read;
}

/** An answer that nobody asks for. */
const NOTHING: Generation = {
  result: new Promise<GenerateResult>(() => {}),
  async *[Symbol.asyncIterator]() {},
};
