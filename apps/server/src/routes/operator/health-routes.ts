import { ApiError } from "../../errors/api-error.ts";
import { json, type Route, route } from "../../http/route.ts";
import { version } from "../../version.ts";
import { openai } from "../openai/dialect.ts";

const common = { method: "GET", access: "open", dialect: openai } as const;

/** The process is alive. */
export const healthRoute: Route = route({
  ...common,
  path: "/health",
  summary: "Whether the process lives",
  handle: () => json({ status: "ok" }),
});

/** Requests may come: models to load at the start are there, and no drain has begun. */
export const readyRoute: Route = route({
  ...common,
  path: "/ready",
  summary: "Whether requests should come here",
  handle({ server: { state, gate } }) {
    if (gate.draining) throw new ApiError(503, "The server is ending.", { code: "draining" });
    if (!state.ready)
      throw new ApiError(503, "The server is loading its models.", { code: "loading", retryAfter: 5 });
    return json({ status: "ready" });
  },
});

export const versionRoute: Route = route({
  ...common,
  path: "/version",
  summary: "The server's version",
  handle: () => json({ version: version(), node: process.version }),
});

export const metricsRoute: Route = route({
  ...common,
  path: "/metrics",
  summary: "Counts and gauges for Prometheus",
  async handle({ server: { metrics } }) {
    const { contentType } = metrics.registry;
    return new Response(await metrics.registry.metrics(), { headers: { "content-type": contentType } });
  },
});
