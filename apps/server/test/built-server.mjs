// The built server as a process of its own, with one model, "actor": `node built-server.mjs FOLDER`. Its address is
// the first line of its output, failures that it tells of are lines of its error output.
import { backends, registry } from "@engine/engine";
import { serve } from "@engine/server";

const server = await serve({
  port: 0,
  models: [{ id: "actor", path: process.argv[2] }],
  loading: { registry: registry(), backend: backends(), sessions: 4, context: 256 },
  log: (level, line) => level === "error" && console.error(line),
});
await server.ready;
console.log(server.url);
process.once("SIGTERM", () => server.close());
