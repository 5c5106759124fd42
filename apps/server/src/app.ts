import { Hono } from "hono";
import { ApiError } from "./errors/api-error.ts";
import { corsHeaders, preflight } from "./guards/origin-guard.ts";
import type { Route } from "./http/route.ts";
import { serveRoute } from "./http/serve-route.ts";
import { dialectOf } from "./routes/dialects.ts";
import { routes } from "./routes/index.ts";
import { fileRoute } from "./routes/web/web-routes.ts";
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
  // What no route takes goes the same way, so that guards and metrics hold there too.
  app.notFound(({ req }) => {
    const route = isFile(req.method, req.path) ? fileRoute : unknownRoute(req.method, req.path);
    return serveRoute(route, { request: req.raw, server, rest: restOf("/*", req.path) });
  });
  return app;
}

/** Whether a path could be a file of the web interface: the APIs' own paths never are. */
function isFile(method: string, path: string): boolean {
  if (method !== "GET" && method !== "HEAD") return false;
  return !/^\/(v1|api|engine)(\/|$)/.test(path) && !routes.some((route) => route.path === path);
}

/** What stands behind the path of a route that ends in `*`. Text that cannot be decoded stays as it is. */
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
    summary: "What is not there",
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
