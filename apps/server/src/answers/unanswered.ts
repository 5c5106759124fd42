import type { ChatEvent, Model } from "@engine/auto";
import { ApiError } from "../errors/api-error.ts";

/** The end of an answer of no tokens, to a prompt that is only told again. Throws 400 for a text that cannot be read. */
export function unanswered(model: Model, prompt: string | readonly number[]): ChatEvent {
  if (typeof prompt === "string" && !model.tokenizer) {
    throw new ApiError(400, "The model has no tokenizer, so 'prompt' must be token ids.", {
      param: "prompt",
      code: "unsupported",
    });
  }
  const promptTokens = typeof prompt === "string" ? model.tokenizer!.encode(prompt).length : prompt.length;
  const none = { queueMs: 0, promptMs: 0, decodeMs: 0, ttftMs: 0 };
  return {
    type: "finish",
    tokens: [],
    text: "",
    reasoning: "",
    toolCalls: [],
    finishReason: "length",
    usage: { promptTokens, cachedTokens: 0, completionTokens: 0, reasoningTokens: 0 },
    timings: { ...none, promptTokensPerSecond: 0, tokensPerSecond: 0 },
  };
}
