import type { GenerationConfig } from "@engine/loader";
import type { GenerateOptions, GenerateResult, TextModel } from "@engine/runtime";
import type { ChatMessage, Tokenizer } from "@engine/tokenizer";

/** A loaded model with what came with it. */
export interface Model extends TextModel {
  /** Where its files are. */
  readonly folder: string;
  readonly architecture: string;
  readonly backend: string;
  /** Milliseconds from the call of `load`. */
  readonly loadMs: number;
  /** Absent when the folder has none that can be used; prompts are then token ids. */
  readonly tokenizer?: Tokenizer;
  readonly generationConfig: GenerationConfig;
  /** What the user should be told: why a faster backend is not used, what could not be read. */
  readonly notes: readonly string[];
  /** Answers a conversation as the model's chat template writes it. Throws `bad-option` when there is no template. */
  chat(messages: readonly ChatMessage[], options?: ChatOptions): Chat;
}

export interface ChatOptions extends GenerateOptions {
  /** JSON schemas of tools, for templates that know them. */
  readonly tools?: readonly unknown[];
  /** Further variables of the template, such as `enable_thinking`. */
  readonly variables?: Readonly<Record<string, unknown>>;
}

export type ChatEvent =
  | { readonly type: "text"; readonly text: string }
  | ({ readonly type: "finish" } & GenerateResult);

/** Like a `Generation`, in events: text as it comes, and the result as the last one. */
export interface Chat extends AsyncIterable<ChatEvent> {
  readonly result: Promise<GenerateResult>;
}
