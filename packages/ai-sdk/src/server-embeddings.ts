import { InvalidResponseDataError } from "@ai-sdk/provider";
import type { Embedder } from "./embedding-model.ts";
import { post, type ServerOptions } from "./http.ts";

interface Embeddings {
  readonly data?: readonly { readonly index?: number; readonly embedding?: unknown }[];
  readonly usage?: { readonly prompt_tokens?: number };
}

/** Embeddings of a server with OpenAI's API. */
export function serverEmbeddings(modelId: string, server: ServerOptions): Embedder {
  return {
    modelId,
    async embed(texts, { signal, headers, dimensions }) {
      const shorter = dimensions === undefined ? {} : { dimensions };
      const body = { model: modelId, input: texts, encoding_format: "float", ...shorter };
      const response = await post(server, "/embeddings", { body, signal, headers });
      const answer = (await response.json()) as Embeddings;
      const embeddings = texts.map((_, place) => {
        const found = answer.data?.find(({ index }, at) => (index ?? at) === place)?.embedding;
        if (Array.isArray(found) && found.every((value) => typeof value === "number"))
          return found as number[];
        throw new InvalidResponseDataError({
          data: answer,
          message: `The server gave no embedding of text ${place + 1} of ${texts.length}.`,
        });
      });
      return { embeddings, tokens: answer.usage?.prompt_tokens };
    },
  };
}
