import type { ChatOptions, Model } from "@engine/auto";
import { EngineError } from "@engine/core";
import type { ChatMessage } from "@engine/tokenizer";

export interface PromptTokens {
  readonly ids: readonly number[];
  /** What the answer continues, for a prompt that is text and has no template around it. */
  readonly continues: string | undefined;
  /** The conversation, for a prompt that the chat template writes. */
  readonly messages?: readonly ChatMessage[];
}

export interface PromptWish extends Pick<ChatOptions, "thinking" | "thoughtBudget" | "tools"> {
  readonly raw: boolean;
  readonly system?: string | undefined;
}

/** Token ids of a prompt: by the chat template when the model has one, unless `raw`. */
export function promptTokens(
  { tokenizer, folder }: Pick<Model, "tokenizer" | "folder">,
  prompt: string | readonly number[],
  { raw, system, thinking, thoughtBudget, tools }: PromptWish,
): PromptTokens {
  if (typeof prompt !== "string") return { ids: prompt, continues: undefined };
  if (!tokenizer) {
    throw new EngineError(
      "missing-file",
      `${folder}: has no tokenizer.json that can be read, so prompts are token ids here (--token-ids 1,2,3).`,
    );
  }
  if (raw || !tokenizer.hasChatTemplate) {
    const given = {
      "--system": system,
      "--think": thinking,
      "--thought-budget": thoughtBudget,
      "--tools": tools,
    };
    const flag = Object.entries(given).find(([, value]) => value !== undefined)?.[0];
    if (flag !== undefined) {
      const why = raw
        ? "--raw leaves it out"
        : "this model has none; put what it should know into the prompt";
      throw new EngineError("bad-option", `${flag} needs a chat template, but ${why}.`);
    }
    return { ids: tokenizer.encode(prompt), continues: prompt };
  }
  const messages = [
    ...(system === undefined ? [] : [{ role: "system", content: system }]),
    { role: "user", content: prompt },
  ];
  const text = tokenizer.chatTemplate.render({
    ...(thinking !== undefined && { enable_thinking: thinking, thinking }),
    messages,
    ...(tools && { tools }),
    addGenerationPrompt: true,
  });
  return { ids: tokenizer.encode(text, { addSpecialTokens: false }), continues: undefined, messages };
}
