import type { ChatMessage } from "@engine/tokenizer";
import type { EngineOptions } from "./engine-options.ts";
import type { Finish, Json, Warning } from "./spec.ts";

/** A call of the AI SDK in the terms of OpenAI's chat, which a model here and a server both take. */
export interface Ask {
  readonly messages: readonly ChatMessage[];
  readonly tools: readonly Tool[];
  readonly toolChoice: "auto" | "none" | "required" | { readonly name: string };
  readonly format: JsonFormat | undefined;
  readonly sampling: {
    readonly maxTokens?: number;
    readonly temperature?: number;
    readonly topP?: number;
    readonly topK?: number;
    readonly presencePenalty?: number;
    readonly frequencyPenalty?: number;
    readonly seed?: number;
    readonly stop?: readonly string[];
  };
  /** "none", or how much thought is wished; undefined leaves it to the model. */
  readonly effort: string | undefined;
  readonly engine: EngineOptions;
  readonly signal: AbortSignal | undefined;
  readonly headers: Readonly<Record<string, string | undefined>>;
}

export interface Tool {
  readonly type: "function";
  readonly function: {
    readonly name: string;
    readonly description?: string;
    readonly parameters: unknown;
    readonly strict?: boolean;
  };
}

/** The answer is to be JSON, of this schema if there is one. */
export interface JsonFormat {
  readonly schema?: unknown;
  readonly name?: string;
  readonly description?: string;
}

export interface Usage {
  readonly promptTokens: number | undefined;
  readonly cachedTokens: number | undefined;
  readonly completionTokens: number | undefined;
  readonly reasoningTokens: number | undefined;
}

export type AnswerEvent =
  | { readonly type: "meta"; readonly id?: string; readonly modelId?: string; readonly timestamp?: Date }
  | { readonly type: "text" | "reasoning"; readonly text: string }
  /** A call as it is written: its beginning, pieces of its arguments' JSON, its end. */
  | { readonly type: "call-start"; readonly id: string; readonly name: string }
  | { readonly type: "call-piece"; readonly id: string; readonly text: string }
  | { readonly type: "call-end"; readonly id: string }
  | { readonly type: "note"; readonly text: string }
  | { readonly type: "raw"; readonly value: unknown }
  | {
      readonly type: "finish";
      /** As OpenAI names them, or as the place it comes from does. */
      readonly reason: string;
      readonly usage: Usage;
      readonly raw?: Finish["usage"]["raw"];
      readonly metadata?: Readonly<Record<string, Json>>;
    };

/** An answer on its way. It ends with a finish, or throws; leaving its loop stops it. */
export interface Answer {
  readonly warnings: readonly Warning[];
  readonly events: AsyncIterable<AnswerEvent>;
  /** What was sent, where it was sent somewhere. */
  readonly body?: unknown;
  readonly headers?: Readonly<Record<string, string>>;
}

/** Where answers come from. */
export interface Answerer {
  readonly modelId: string;
  answer(ask: Ask): Promise<Answer>;
}
