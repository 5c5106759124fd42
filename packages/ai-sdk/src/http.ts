import { APICallError } from "@ai-sdk/provider";

/** A server with OpenAI's API. */
export interface ServerOptions {
  /** Up to and with the version: "http://127.0.0.1:8080/v1". */
  readonly baseURL: string;
  readonly apiKey?: string;
  readonly headers?: Readonly<Record<string, string>>;
  /** Instead of the global one. */
  readonly fetch?: typeof globalThis.fetch;
}

export interface Post {
  readonly body: unknown;
  readonly signal: AbortSignal | undefined;
  readonly headers: Readonly<Record<string, string | undefined>>;
}

/** Sends JSON. Throws APICallError for what the server refuses and where there is none, or the signal's reason. */
export async function post(
  server: ServerOptions,
  path: string,
  { body, signal, headers }: Post,
): Promise<Response> {
  const url = server.baseURL.replace(/\/+$/, "") + path;
  const send = server.fetch ?? globalThis.fetch;
  const key = server.apiKey === undefined ? {} : { authorization: `Bearer ${server.apiKey}` };
  const given = Object.entries({ ...server.headers, ...headers }).filter(([, value]) => value !== undefined);
  const request = {
    method: "POST",
    headers: {
      "content-type": "application/json",
      ...key,
      ...(Object.fromEntries(given) as Record<string, string>),
    },
    body: JSON.stringify(body),
    ...(signal && { signal }),
  };
  let response: Response;
  try {
    response = await send(url, request);
  } catch (cause) {
    if (signal?.aborted) throw cause;
    throw unreachable(url, { body, cause });
  }
  if (!response.ok) throw await refusal(url, { body, response });
  return response;
}

function unreachable(
  url: string,
  { body, cause }: { readonly body: unknown; readonly cause: unknown },
): APICallError {
  const { message, cause: deeper } = cause as Error;
  const why = deeper instanceof Error && deeper.message !== "" ? deeper.message : message;
  return new APICallError({
    message: `No answer from ${url} (${why}). Is the server running there?`,
    url,
    requestBodyValues: body,
    cause,
    isRetryable: true,
  });
}

async function refusal(
  url: string,
  { body, response }: { readonly body: unknown; readonly response: Response },
): Promise<APICallError> {
  const responseBody = await response.text();
  const data = parsed(responseBody);
  // APICallError itself knows which statuses are worth another try.
  return new APICallError({
    message: errorText(data) ?? `${url} answered ${response.status} ${response.statusText}.`,
    url,
    requestBodyValues: body,
    statusCode: response.status,
    responseHeaders: Object.fromEntries(response.headers),
    responseBody,
    data,
  });
}

/** The text of OpenAI's error object, if this is one. */
export function errorText(data: unknown): string | undefined {
  const error = typeof data === "object" && data !== null && "error" in data ? data.error : undefined;
  if (typeof error === "string") return error;
  const message =
    typeof error === "object" && error !== null && "message" in error ? error.message : undefined;
  return typeof message === "string" ? message : undefined;
}

function parsed(json: string): unknown {
  try {
    return JSON.parse(json);
  } catch {
    return undefined;
  }
}
