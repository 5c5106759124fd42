import type { ChatOptions } from "@engine/auto";
import type { ChatMessage } from "@engine/tokenizer";

/** What the model is to answer, whichever API asked. */
export interface AnswerJob {
  /** Undefined is the server's default. */
  readonly model: string | undefined;
  /** One, or several that are answered side by side. */
  readonly prompts: readonly Prompt[];
  readonly options: Omit<ChatOptions, "signal" | "generate">;
  /** The answer is JSON: of this schema, or any object. Thoughts before it are free. */
  readonly json?: JsonForm;
  /** Answers to each prompt; 1. Each has a seed of its own. */
  readonly count?: number;
  /** Most tool calls of one answer; the answer ends with the last. */
  readonly maxCalls?: number;
  readonly keepAliveMs?: number | undefined;
}

export interface JsonForm {
  readonly schema?: object;
}

export type Prompt = Conversation | PlainPrompt;

export interface Conversation {
  readonly kind: "chat";
  readonly messages: readonly ChatMessage[];
  /** With a model that has no chat template the texts are continued. */
  readonly plain?: boolean;
}

export interface PlainPrompt {
  readonly kind: "prompt";
  readonly text: string | readonly number[];
  /** Without BOS or other special tokens around it. */
  readonly raw?: boolean;
}
