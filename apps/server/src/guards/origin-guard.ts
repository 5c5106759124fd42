import { ApiError } from "../errors/api-error.ts";
import type { ServerSettings } from "../settings.ts";

/** What a browser is told about a page of another origin; undefined where it is told nothing. */
export function corsHeaders(
  origin: string | null,
  { cors }: ServerSettings,
): Record<string, string> | undefined {
  if (origin === null || !(cors.includes("*") || cors.includes(origin))) return undefined;
  return {
    "access-control-allow-origin": origin,
    vary: "Origin",
    "access-control-expose-headers": "x-request-id",
  };
}

/** The answer to a browser that asks before it calls. */
export function preflight(headers: Record<string, string>, asked: string | undefined): Response {
  return new Response(null, {
    status: 204,
    headers: {
      ...headers,
      "access-control-allow-methods": "GET, POST, DELETE",
      "access-control-allow-headers": asked ?? "authorization, content-type",
      "access-control-max-age": "600",
    },
  });
}

/**
 * Refuses what pages of other origins send. A browser lets any page post to this machine and only hides the answer
 * from it; it does say who asks.
 */
export function checkOrigin(request: { method: string; headers: Headers }, settings: ServerSettings): void {
  const origin = request.headers.get("origin");
  if (origin === null || request.method === "GET" || request.method === "HEAD") return;
  if (corsHeaders(origin, settings)) return;
  const host = request.headers.get("host");
  if (origin === `http://${host}` || origin === `https://${host}`) return;
  throw new ApiError(
    403,
    `Pages of '${origin.slice(0, 100)}' may not call this server. Allow them with --cors.`,
    {
      code: "origin_not_allowed",
    },
  );
}
