import type { GenerationConfig } from "@engine/loader";
import type { GenerateOptions, GenerateResult, Generation, TextModel, TokenLogprobs } from "@engine/runtime";
import type { ChannelDescription, ChannelEvent, ChatMessage, Tokenizer, ToolCall } from "@engine/tokenizer";

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
  /** How its answers mark thoughts and tool calls. Absent without a chat template. */
  readonly channels?: ChannelDescription;
  readonly generationConfig: GenerationConfig;
  /** What the user should be told: why a faster backend is not used, what could not be read. */
  readonly notes: readonly string[];
  /** Answers a conversation as the model's chat template writes it. Throws `bad-option` when there is no template. */
  chat(messages: readonly ChatMessage[], options?: ChatOptions): Chat;
}

/** `stop` strings end the answer's text, and a `constraint` is on it alone: thoughts may hold anything. */
export interface ChatOptions extends Omit<GenerateOptions, "steer" | "raw"> {
  /** JSON schemas of tools. Without any, tool calls are not looked for in the answer. */
  readonly tools?: readonly unknown[];
  /** Asks the template for an answer with or without a thought before it; the template's own choice unless told. */
  readonly thinking?: boolean;
  /** Most tokens of all thoughts, from 0; then the thought is closed and the answer begins. They count in `maxTokens`. */
  readonly thoughtBudget?: number;
  /** Answers the conversation's token ids instead of the model: a session that has read the beginning of them. */
  readonly generate?: (ids: readonly number[], options: GenerateOptions) => Generation;
  /** Further variables of the template. */
  readonly variables?: Readonly<Record<string, unknown>>;
  /** How thoughts and tool calls are marked, instead of what the template and the tokenizer tell. */
  readonly channels?: ChannelDescription;
}

export interface ChatResult extends GenerateResult {
  /** The answer alone, without thoughts and tool calls. */
  readonly text: string;
  readonly reasoning: string;
  readonly toolCalls: readonly ToolCall[];
  /** `reasoningTokens`: those of thoughts, with the markers that close them. */
  readonly usage: GenerateResult["usage"] & { readonly reasoningTokens: number };
}

/** A token of the answer, where log-probabilities were asked for; none of one that was put in. */
export interface TokenEvent {
  readonly type: "token";
  readonly token: number;
  readonly logprobs: TokenLogprobs | undefined;
}

export type ChatEvent = ChannelEvent | TokenEvent | ({ readonly type: "finish" } & ChatResult);

/**
 * Like a `Generation`, in events: thoughts, text and tool calls as they come, notes about what could not be read, and
 * the result as the last one. A token's event comes before what it made certain.
 */
export interface Chat extends AsyncIterable<ChatEvent> {
  readonly result: Promise<ChatResult>;
}
