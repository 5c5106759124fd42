import type { z } from "zod";
import type { ApiError } from "../errors/api-error.ts";
import type { ServerParts } from "../server-parts.ts";

/** How one family of APIs tells errors. */
export interface Dialect {
  readonly name: string;
  /** The body of a failed request. */
  errorBody(error: ApiError, requestId: string): object;
}

/** What a handler gets of a request. */
export interface Call<Body> {
  readonly server: ServerParts;
  readonly body: Body;
  readonly query: URLSearchParams;
  /** What followed the path of a route that ends in `*`, decoded. */
  readonly rest: string;
  readonly headers: Headers;
  /** Aborts when the client goes away or the server ends. */
  readonly signal: AbortSignal;
  readonly requestId: string;
}

/** One route as data: the app and the OpenAPI document are both made of it. */
export interface Route<Body = unknown> {
  readonly method: "GET" | "POST" | "DELETE";
  /** Ends in `*` where ids with slashes follow. */
  readonly path: string;
  /** "open" needs no key, "api" the key of the API, "management" that of the management. */
  readonly access: "open" | "api" | "management";
  readonly summary: string;
  readonly dialect: Dialect;
  readonly body?: z.ZodType<Body>;
  handle(call: Call<Body>): Response | Promise<Response>;
}

/** A route whose body's type is known to its handler alone. */
export function route<Body>(definition: Route<Body>): Route {
  return definition as unknown as Route;
}

export function json(value: unknown, init: ResponseInit = {}): Response {
  return new Response(JSON.stringify(value), {
    ...init,
    headers: { "content-type": "application/json", ...init.headers },
  });
}
