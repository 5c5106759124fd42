import type { EmbeddingModelV4CallOptions } from "@ai-sdk/provider";
import { type EngineEmbeddingModel, PROVIDER, type SpecificationVersion, type Warning } from "./spec.ts";

export interface EmbedOptions {
  readonly signal: AbortSignal | undefined;
  readonly headers: Readonly<Record<string, string | undefined>>;
  /** Numbers of each embedding, where a model can shorten them. */
  readonly dimensions: number | undefined;
}

/** Where embeddings come from. */
export interface Embedder {
  readonly modelId: string;
  embed(
    texts: readonly string[],
    options: EmbedOptions,
  ): Promise<{
    readonly embeddings: readonly ArrayLike<number>[];
    readonly tokens?: number | undefined;
    readonly warnings?: readonly Warning[];
  }>;
}

/** Texts of one request; servers limit them. */
const MOST_TEXTS = 64;

/** An embedding model of the AI SDK over whatever embeds. */
export function embeddingModel<V extends SpecificationVersion>(
  embedder: Embedder,
  specificationVersion: V,
): EngineEmbeddingModel<V> {
  return {
    specificationVersion,
    provider: PROVIDER,
    modelId: embedder.modelId,
    maxEmbeddingsPerCall: MOST_TEXTS,
    supportsParallelCalls: true,
    async doEmbed({ values, abortSignal, headers = {}, dimensions }: EmbeddingModelV4CallOptions) {
      abortSignal?.throwIfAborted();
      const asked = { signal: abortSignal, headers, dimensions };
      const { embeddings, tokens, warnings = [] } = await embedder.embed(values, asked);
      return {
        embeddings: embeddings.map((embedding) => Array.from(embedding)),
        ...(tokens !== undefined && { usage: { tokens } }),
        warnings: [...warnings],
      };
    },
  };
}
