import { randomUUID } from "node:crypto";
import { ApiError } from "../errors/api-error.ts";
import { toApiError } from "../errors/to-api-error.ts";
import { checkHost } from "../guards/host-guard.ts";
import { checkKey } from "../guards/key-guard.ts";
import { checkOrigin, corsHeaders } from "../guards/origin-guard.ts";
import type { ServerParts } from "../server-parts.ts";
import { parseBody } from "./parse-body.ts";
import { readJson } from "./read-json.ts";
import { readText } from "./read-text.ts";
import { json, type Route } from "./route.ts";

/** Takes one request through the guards, the body's checks and the handler; errors come in the route's dialect. */
export async function serveRoute(
  route: Route,
  {
    request,
    server,
    rest = "",
  }: { readonly request: Request; readonly server: ServerParts; readonly rest?: string },
): Promise<Response> {
  const { settings, metrics, log } = server;
  const requestId = `req_${randomUUID().replaceAll("-", "")}`;
  const begin = performance.now();
  let response: Response;
  try {
    checkHost(request.headers.get("host") ?? undefined, settings);
    checkOrigin(request, settings);
    checkKey(request.headers, route.access, settings);
    const body = route.body
      ? parseBody(route.body, readJson(await readText(request, settings.maxBodyBytes)))
      : undefined;
    const { searchParams } = new URL(request.url);
    const { headers, signal } = request;
    response = await route.handle({ server, body, query: searchParams, rest, headers, signal, requestId });
  } catch (error) {
    response = failure(error, { route, requestId, signal: request.signal, log });
  }
  for (const [name, value] of Object.entries(corsHeaders(request.headers.get("origin"), settings) ?? {})) {
    response.headers.set(name, value);
  }
  response.headers.set("x-request-id", requestId);
  response.headers.set("x-content-type-options", "nosniff");
  const ms = performance.now() - begin;
  metrics.request(route.path, response.status, ms);
  log("debug", `${requestId} ${route.method} ${route.path} ${response.status} ${Math.round(ms)} ms`);
  return response;
}

function failure(
  error: unknown,
  {
    route,
    requestId,
    signal,
    log,
  }: {
    readonly route: Route;
    readonly requestId: string;
    readonly signal: AbortSignal;
    readonly log: ServerParts["log"];
  },
): Response {
  // Nobody reads it, but metrics should not call it a failure of the server. nginx gave the status its meaning.
  const told = signal.aborted ? new ApiError(499, "The client went away.") : toApiError(error);
  // What a route says by itself, such as that models are still loading, is no failure; probes ask every second.
  if (told.status >= 500 && !(error instanceof ApiError))
    log("error", `${requestId} ${route.path}: ${described(error)}`);
  return json(route.dialect.errorBody(told, requestId), {
    status: told.status,
    headers: told.retryAfter === undefined ? {} : { "retry-after": String(told.retryAfter) },
  });
}

function described(error: unknown): string {
  return error instanceof Error ? (error.stack ?? error.message) : String(error);
}
