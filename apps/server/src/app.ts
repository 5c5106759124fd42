import { Hono } from "hono";
import { ApiError } from "./errors/api-error.ts";
import { corsHeaders, preflight } from "./guards/origin-guard.ts";
import type { Route } from "./http/route.ts";
import { serveRoute } from "./http/serve-route.ts";
import { dialectOf } from "./routes/dialects.ts";
import { routes } from "./routes/index.ts";
import type { ServerParts } from "./server-parts.ts";

/** All routes as one function from request to response. */
export function createApp(server: ServerParts): Hono {
  const app = new Hono();
  app.options("*", ({ req }) => {
    const headers = corsHeaders(req.header("origin") ?? null, server.settings);
    return headers
      ? preflight(headers, req.header("access-control-request-headers"))
      : new Response(null, { status: 405 });
  });
  for (const route of routes) {
    app.on(route.method, route.path, ({ req }) =>
      serveRoute(route, { request: req.raw, server, rest: restOf(route.path, req.path) }),
    );
  }
  // A path nobody knows goes the same way, so that guards and metrics hold there too.
  app.notFound(({ req }) => serveRoute(unknownRoute(req.method, req.path), { request: req.raw, server }));
  return app;
}

/** What stands behind the path of a route that ends in `*`. Throws nothing: text that cannot be decoded stays. */
function restOf(pattern: string, path: string): string {
  if (!pattern.endsWith("*")) return "";
  const rest = path.slice(pattern.length - 1);
  try {
    return decodeURIComponent(rest);
  } catch {
    return rest;
  }
}

function unknownRoute(method: string, path: string): Route {
  const known = routes.filter((route) => route.path === path).map((route) => route.method);
  return {
    method: "GET",
    path: "*",
    access: "open",
    summary: "what is not there",
    dialect: dialectOf(path),
    handle() {
      if (known.length > 0) {
        throw new ApiError(405, `${path} takes ${known.join(" and ")}, not ${method}.`, {
          code: "method_not_allowed",
        });
      }
      throw new ApiError(404, `There is no ${method} ${path.slice(0, 200)} here.`, { code: "unknown_url" });
    },
  };
}
