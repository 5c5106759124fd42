import type { ChatOptions } from "@engine/auto";
import type { Otherwise } from "@engine/grammar";
import type { ChatMessage } from "@engine/tokenizer";

/** What the model is to answer, whichever API asked. */
export interface AnswerJob {
  /** Undefined is the server's default. */
  readonly model: string | undefined;
  /** One, or several that are answered side by side. */
  readonly prompts: readonly Prompt[];
  readonly options: Omit<ChatOptions, "signal" | "generate">;
  /** What the answer is held to. Thoughts before it are free. */
  readonly form?: AnswerForm;
  /** Answers to each prompt; 1. Each has a seed of its own. */
  readonly count?: number;
  /** Most tool calls of one answer; the answer ends with the last. */
  readonly maxCalls?: number;
  readonly keepAliveMs?: number | undefined;
}

/** A form that a request asks for by name. */
export type AskedForm =
  /** JSON: of this schema, or any object. */
  | { readonly kind: "json"; readonly schema?: JsonSchema }
  /** A text that matches as a whole. */
  | { readonly kind: "regex"; readonly pattern: string }
  /** One of these texts. */
  | { readonly kind: "choice"; readonly texts: readonly string[] }
  /** A text of a grammar in EBNF, whose rule "root" is the whole. */
  | { readonly kind: "grammar"; readonly ebnf: string };

export type AnswerForm =
  | AskedForm
  /** A call of one of the tools; or, if told, text in which calls are held to their schemas, or JSON instead. */
  | { readonly kind: "call"; readonly tools: readonly unknown[]; readonly otherwise?: Otherwise };

export type JsonSchema = Readonly<Record<string, unknown>>;

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
