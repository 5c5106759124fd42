import type { ChatOptions, Model } from "@engine/auto";
import type { GenerateResult, Generation } from "@engine/runtime";
import type { ChatMessage } from "@engine/tokenizer";

/** Token ids of a conversation as the model would read them. Throws `bad-option` where it has no chat template. */
export function chatIds(
  model: Model,
  messages: readonly ChatMessage[],
  options: Omit<ChatOptions, "generate"> = {},
): readonly number[] {
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
