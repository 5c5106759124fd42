import type { Answerer } from "./ask.ts";
import { chunkEvents } from "./chunk-events.ts";
import { post, type ServerOptions } from "./http.ts";
import { requestBody } from "./request-body.ts";

/** Answers of a server with OpenAI's API. They are always streamed: a connection is idle no longer than a token takes. */
export function serverAnswers(modelId: string, server: ServerOptions): Answerer {
  return {
    modelId,
    async answer(ask) {
      const body = requestBody(modelId, ask);
      const response = await post(server, "/chat/completions", {
        body,
        signal: ask.signal,
        headers: ask.headers,
      });
      return {
        warnings: [],
        events: chunkEvents(response, body),
        body,
        headers: Object.fromEntries(response.headers),
      };
    },
  };
}
