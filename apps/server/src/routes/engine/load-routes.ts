import { z } from "zod";
import { json, type Route, route } from "../../http/route.ts";
import type { ServerParts } from "../../server-parts.ts";
import { keepAlive, parseKeepAlive } from "../keep-alive.ts";
import { eventStream } from "./event-stream.ts";
import { management, namedModel } from "./management.ts";
import { modelInfo } from "./model-info.ts";

const loadRequest = z.object({ model: namedModel, keep_alive: keepAlive });
const unloadRequest = z.object({ model: namedModel });

export const loadRoute: Route = route<z.infer<typeof loadRequest>>({
  ...management,
  method: "POST",
  path: "/engine/models/load",
  summary: "Loads a model; as an event stream it tells of its progress",
  body: loadRequest,
  async handle(call) {
    const { headers, server, signal } = call;
    if (!headers.get("accept")?.includes("text/event-stream"))
      return json(await load(server, call.body, signal));
    return eventStream(call, async (tell, ended) => {
      const { id } = await server.pool.catalogue.find(call.body.model);
      const timer = setInterval(() => {
        const progress = server.pool.slot(id)?.progress;
        if (progress) tell("progress", progress);
      }, 100);
      return load(server, call.body, ended).finally(() => clearInterval(timer));
    });
  },
});

async function load({ pool }: ServerParts, body: z.infer<typeof loadRequest>, signal: AbortSignal) {
  const lease = await pool.lease(body.model, { signal, keepAliveMs: parseKeepAlive(body.keep_alive) });
  lease.release();
  return modelInfo(lease.slot.source, pool);
}

export const unloadRoute: Route = route<z.infer<typeof unloadRequest>>({
  ...management,
  method: "POST",
  path: "/engine/models/unload",
  summary: "Takes a model out of memory once its answers have ended",
  body: unloadRequest,
  async handle({ server: { pool }, body }) {
    return json(await modelInfo(await pool.unload(body.model), pool));
  },
});
