import type {
  EmbeddingModelV3,
  EmbeddingModelV4,
  EmbeddingModelV4CallOptions,
  LanguageModelV3,
  LanguageModelV3CallOptions,
  LanguageModelV4,
  LanguageModelV4CallOptions,
} from "@ai-sdk/provider";

/** Versions of the AI SDK's interface for models: ai 6 takes "v3", ai 7 takes both. */
export type SpecificationVersion = "v3" | "v4";

/** The name under which `providerOptions` and `providerMetadata` know this provider. */
export const PROVIDER = "engine";

export type CallOptions = LanguageModelV3CallOptions | LanguageModelV4CallOptions;

// What is handed out is a part of both versions, and written down here: the JSON types of the two versions'
// packages do not fit each other. The checks at the end hold it to them.

export type Json = null | string | number | boolean | Json[] | { [member: string]: Json | undefined };
type JsonObject = { [member: string]: Json | undefined };
type Metadata = Record<string, JsonObject>;

export type Warning =
  | { type: "unsupported"; feature: string; details?: string }
  | { type: "compatibility"; feature: string; details?: string }
  | { type: "other"; message: string };

export type Content =
  | { type: "text"; text: string }
  | { type: "reasoning"; text: string }
  | { type: "tool-call"; toolCallId: string; toolName: string; input: string };

export interface Finish {
  finishReason: {
    unified: "stop" | "length" | "content-filter" | "tool-calls" | "error" | "other";
    raw: string | undefined;
  };
  usage: {
    inputTokens: Record<"total" | "noCache" | "cacheRead" | "cacheWrite", number | undefined>;
    outputTokens: Record<"total" | "text" | "reasoning", number | undefined>;
    raw?: JsonObject;
  };
  providerMetadata?: Metadata;
}

export interface ResponseMetadata {
  id?: string;
  timestamp?: Date;
  modelId?: string;
}

export type StreamPart =
  | { type: "stream-start"; warnings: Warning[] }
  | ({ type: "response-metadata" } & ResponseMetadata)
  | { type: "text-start" | "text-end" | "reasoning-start" | "reasoning-end"; id: string }
  | { type: "text-delta" | "reasoning-delta"; id: string; delta: string }
  | { type: "tool-input-start"; id: string; toolName: string }
  | { type: "tool-input-delta"; id: string; delta: string }
  | { type: "tool-input-end"; id: string }
  | Extract<Content, { type: "tool-call" }>
  | ({ type: "finish" } & Finish)
  | { type: "raw"; rawValue: unknown };

export interface GenerateResult extends Finish {
  content: Content[];
  warnings: Warning[];
  request?: { body?: unknown };
  response: ResponseMetadata & { headers?: Record<string, string> };
}

export interface StreamResult {
  stream: ReadableStream<StreamPart>;
  request?: { body?: unknown };
  response?: { headers?: Record<string, string> };
}

/** A language model of either version. */
export interface EngineLanguageModel<V extends SpecificationVersion = "v4"> {
  readonly specificationVersion: V;
  readonly provider: string;
  readonly modelId: string;
  supportedUrls: Record<string, RegExp[]>;
  doGenerate(options: CallOptions): Promise<GenerateResult>;
  doStream(options: CallOptions): Promise<StreamResult>;
}

export interface EmbedResult {
  embeddings: number[][];
  usage?: { tokens: number };
  warnings: Warning[];
}

/** An embedding model of either version. */
export interface EngineEmbeddingModel<V extends SpecificationVersion = "v4"> {
  readonly specificationVersion: V;
  readonly provider: string;
  readonly modelId: string;
  readonly maxEmbeddingsPerCall: number;
  readonly supportsParallelCalls: boolean;
  doEmbed(options: EmbeddingModelV4CallOptions): Promise<EmbedResult>;
}

type Fits<Ours extends Theirs, Theirs> = Ours;
/** Does not compile where a model here is none of the AI SDK's. */
export type Checked = [
  Fits<EngineLanguageModel<"v3">, LanguageModelV3>,
  Fits<EngineLanguageModel<"v4">, LanguageModelV4>,
  Fits<EngineEmbeddingModel<"v3">, EmbeddingModelV3>,
  Fits<EngineEmbeddingModel<"v4">, EmbeddingModelV4>,
];
