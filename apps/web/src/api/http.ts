import { createParser } from "eventsource-parser";
import { ApiError, errorFromBody, isAbort } from "./api-error.ts";

/** One message of an event stream; `event` is undefined for plain `data:`. */
export interface ServerEvent {
  readonly event: string | undefined;
  readonly data: string;
}

export interface RequestOptions {
  readonly body?: unknown;
  readonly signal?: AbortSignal;
}

/** Requests to the server that this page came from. Everything throws ApiError, or AbortError when stopped. */
export interface Http {
  json(path: string, options?: RequestOptions): Promise<unknown>;
  /** POSTs `body` and gives the messages of the answer as they come. */
  events(path: string, options: RequestOptions): AsyncGenerator<ServerEvent>;
}

export interface HttpOptions {
  /** Where the server is; paths of requests are taken relative to it. */
  readonly base: string;
  /** The key to send with each request, asked for each time; empty for none. */
  readonly key: () => string;
  readonly fetch: typeof fetch;
}

export function createHttp(options: HttpOptions): Http {
  async function send(path: string, { body, signal }: RequestOptions, accept: string): Promise<Response> {
    const key = options.key();
    const init: RequestInit = {
      method: body === undefined ? "GET" : "POST",
      headers: {
        accept,
        ...(body !== undefined && { "content-type": "application/json" }),
        ...(key !== "" && { authorization: `Bearer ${key}` }),
      },
      ...(body !== undefined && { body: JSON.stringify(body) }),
      ...(signal && { signal }),
    };
    const response = await options.fetch(new URL(path, options.base), init).catch(offlineUnlessStopped);
    if (response.ok) return response;
    throw errorFromBody(await response.json().catch(() => undefined), response.status);
  }

  return {
    async json(path, request = {}) {
      const response = await send(path, request, "application/json");
      return await response.json().catch((error: unknown) => {
        if (isAbort(error)) throw error;
        throw new ApiError("unreadable", `${path} is not JSON`);
      });
    },
    async *events(path, request) {
      const response = await send(path, request, "text/event-stream");
      if (!response.headers.get("content-type")?.startsWith("text/event-stream") || !response.body) {
        throw new ApiError("unreadable", `${path} is not an event stream`);
      }
      yield* readEvents(response.body);
    },
  };
}

/** The messages of a byte stream of server-sent events; a message cut off by the end does not count. */
export async function* readEvents(stream: ReadableStream<Uint8Array>): AsyncGenerator<ServerEvent> {
  const arrived: ServerEvent[] = [];
  const parser = createParser({ onEvent: ({ event, data }) => void arrived.push({ event, data }) });
  const decoder = new TextDecoder();
  const reader = stream.getReader();
  try {
    for (;;) {
      const { done, value } = await reader.read().catch(offlineUnlessStopped);
      if (done) return;
      parser.feed(decoder.decode(value, { stream: true }));
      yield* arrived.splice(0);
    }
  } finally {
    // Ends the request when the consumer leaves early; a stream that is over has nothing to cancel.
    await reader.cancel().catch(() => undefined);
  }
}

function offlineUnlessStopped(error: unknown): never {
  if (isAbort(error)) throw error;
  throw new ApiError("offline", error instanceof Error ? error.message : String(error));
}
