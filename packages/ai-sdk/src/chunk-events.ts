import { APICallError, InvalidResponseDataError } from "@ai-sdk/provider";
import { EventSourceParserStream } from "eventsource-parser/stream";
import type { AnswerEvent, Usage } from "./ask.ts";
import { errorText } from "./http.ts";

/** What is read of a chunk of `/chat/completions`; all of it may be missing or null. */
interface Chunk {
  readonly id?: string;
  readonly model?: string;
  readonly created?: number;
  readonly choices?: readonly {
    readonly finish_reason?: string | null;
    readonly delta?: {
      readonly content?: string | null;
      readonly reasoning_content?: string | null;
      readonly reasoning?: string | null;
      readonly tool_calls?: readonly CallPiece[] | null;
    };
  }[];
  readonly usage?: {
    readonly prompt_tokens?: number;
    readonly completion_tokens?: number;
    readonly prompt_tokens_details?: { readonly cached_tokens?: number } | null;
    readonly completion_tokens_details?: { readonly reasoning_tokens?: number } | null;
  } | null;
}

interface CallPiece {
  readonly index?: number;
  readonly id?: string;
  readonly function?: { readonly name?: string; readonly arguments?: string };
}

/**
 * The events of a streamed answer. Throws APICallError for an error in the stream or one that breaks off,
 * InvalidResponseDataError for what is no chunk.
 */
export async function* chunkEvents(response: Response, request: unknown): AsyncGenerator<AnswerEvent> {
  const calls = new Calls();
  let begun = false;
  let reason: string | undefined;
  let usage: Chunk["usage"];
  for await (const data of messages(response, request)) {
    const chunk = readChunk(data, { response, request });
    yield { type: "raw", value: chunk };
    if (!begun) yield metaOf(chunk);
    begun = true;
    const [choice] = chunk.choices ?? [];
    const thought = choice?.delta?.reasoning_content ?? choice?.delta?.reasoning;
    if (thought) yield { type: "reasoning", text: thought };
    if (choice?.delta?.content) yield { type: "text", text: choice.delta.content };
    for (const piece of choice?.delta?.tool_calls ?? []) yield* calls.push(piece);
    reason = choice?.finish_reason ?? reason;
    usage = chunk.usage ?? usage;
  }
  if (reason === undefined) throw broken("The server's answer broke off.", { response, request });
  yield* calls.end();
  yield { type: "finish", reason, usage: usageOf(usage), ...(usage && { raw: { ...usage } }) };
}

/** The data of the stream's messages, up to its end. */
async function* messages(response: Response, request: unknown): AsyncGenerator<string> {
  if (!response.body) throw broken("The server sent no answer.", { response, request });
  const stream = response.body
    .pipeThrough(new TextDecoderStream())
    .pipeThrough(new EventSourceParserStream());
  for await (const { data } of stream) {
    if (data === "[DONE]") return;
    yield data;
  }
}

function readChunk(data: string, about: { readonly response: Response; readonly request: unknown }): Chunk {
  let chunk: unknown;
  try {
    chunk = JSON.parse(data);
  } catch {
    chunk = undefined;
  }
  if (typeof chunk !== "object" || chunk === null)
    throw new InvalidResponseDataError({
      data,
      message: `The server sent what is no chunk of an answer: ${data.slice(0, 200)}`,
    });
  const error = errorText(chunk);
  if (error !== undefined) throw broken(error, about);
  return chunk;
}

function broken(
  message: string,
  { response, request }: { readonly response: Response; readonly request: unknown },
): APICallError {
  return new APICallError({
    message,
    url: response.url,
    requestBodyValues: request,
    statusCode: response.status,
    isRetryable: false,
  });
}

function metaOf({ id, model, created }: Chunk): AnswerEvent {
  return {
    type: "meta",
    ...(id !== undefined && { id }),
    ...(model !== undefined && { modelId: model }),
    ...(created !== undefined && { timestamp: new Date(created * 1000) }),
  };
}

function usageOf(usage: Chunk["usage"]): Usage {
  return {
    promptTokens: usage?.prompt_tokens,
    cachedTokens: usage?.prompt_tokens_details?.cached_tokens,
    completionTokens: usage?.completion_tokens,
    reasoningTokens: usage?.completion_tokens_details?.reasoning_tokens,
  };
}

/** Calls come in pieces with a place; one ends where the next begins, or with the answer. */
class Calls {
  readonly #ids = new Map<number, string>();
  #open: string | undefined;

  *push({ index = 0, id, function: { name, arguments: text } = {} }: CallPiece): Generator<AnswerEvent> {
    let known = this.#ids.get(index);
    if (known === undefined) {
      if (name === undefined) return;
      yield* this.end();
      known = id ?? `call-${crypto.randomUUID()}`;
      this.#ids.set(index, known);
      this.#open = known;
      yield { type: "call-start", id: known, name };
    }
    if (text) yield { type: "call-piece", id: known, text };
  }

  *end(): Generator<AnswerEvent> {
    if (this.#open !== undefined) yield { type: "call-end", id: this.#open };
    this.#open = undefined;
  }
}
