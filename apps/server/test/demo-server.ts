import { backends, registry } from "@engine/engine";
import { modelPath } from "@engine/model-demo";
import { type RunningServer, type ServeOptions, serve } from "../src/index.ts";

/** A server with the demo model, on a free port. */
export async function demoServer(options: Partial<ServeOptions> = {}): Promise<RunningServer> {
  const server = await serve({
    port: 0,
    models: [{ id: "demo", path: modelPath, plainChat: true }],
    loading: { registry: registry(), backend: backends(), sessions: 4, context: 512 },
    drainMs: 2000,
    log: (level, line) => level === "error" && console.error(line),
    ...options,
  });
  await server.ready;
  return server;
}
