import { json, type Route, route } from "../../http/route.ts";
import { version } from "../../version.ts";
import { management } from "./management.ts";

export const statusRoute: Route = route({
  ...management,
  method: "GET",
  path: "/engine/status",
  summary: "What the server does now",
  handle({ server: { pool, gate, metrics, loopDelay, state } }) {
    const sum = (read: (slot: (typeof pool.slots)[number]) => number): number =>
      pool.slots.reduce((all, slot) => all + read(slot), 0);
    const hub = pool.catalogue.hubCache !== undefined;
    const folders = pool.catalogue.folders.length > 0;
    return json({
      version: version(),
      ready: state.ready && !gate.draining,
      draining: gate.draining,
      uptimeSeconds: Math.round((performance.now() - state.startedAt) / 1000),
      requests: {
        running: sum(({ model }) => model?.stats().running ?? 0),
        waiting: sum(({ model }) => model?.stats().waiting ?? 0),
        limit: gate.limit,
      },
      memory: { budget: pool.budget, models: sum((slot) => slot.bytes), rss: process.memoryUsage.rss() },
      rates: {
        promptTokensPerSecond: metrics.promptRate.perSecond(),
        tokensPerSecond: metrics.tokenRate.perSecond(),
      },
      eventLoopDelayMs: loopDelay.read(),
      management: { pull: hub, delete: hub || folders, quantize: folders },
    });
  },
});
