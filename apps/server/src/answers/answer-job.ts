import type { ChatOptions } from "@engine/auto";
import type { ChatMessage } from "@engine/tokenizer";

/** What the model is to answer, whichever API asked. */
export interface AnswerJob {
  /** Undefined is the server's default. */
  readonly model: string | undefined;
  readonly prompt: Conversation | PlainPrompt;
  readonly options: Omit<ChatOptions, "signal" | "generate">;
  /** Answers to give; 1. Each has a seed of its own. */
  readonly count?: number;
  /** Most tool calls of one answer; the answer ends with the last. */
  readonly maxCalls?: number;
  readonly keepAliveMs?: number | undefined;
}

export interface Conversation {
  readonly kind: "chat";
  readonly messages: readonly ChatMessage[];
}

export interface PlainPrompt {
  readonly kind: "prompt";
  readonly text: string | readonly number[];
  /** Without BOS or other special tokens around it. */
  readonly raw?: boolean;
}
