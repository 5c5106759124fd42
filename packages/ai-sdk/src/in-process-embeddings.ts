import type { ChatModel } from "./chat-model.ts";
import type { Embedder } from "./embedding-model.ts";

/** Embeddings of a model in this process: the mean of a text's last hidden states, of length 1. */
export function inProcessEmbeddings(modelId: string, model: Pick<ChatModel, "embed">): Embedder {
  return {
    modelId,
    async embed(texts, { signal, dimensions }) {
      const { embeddings, usage } = await model.embed(texts, { ...(signal && { signal }) });
      signal?.throwIfAborted();
      return {
        embeddings,
        tokens: usage.promptTokens,
        warnings:
          dimensions === undefined
            ? []
            : [
                {
                  type: "unsupported",
                  feature: "dimensions",
                  details: "Embeddings have as many numbers as the model's hidden states.",
                },
              ],
      };
    },
  };
}
