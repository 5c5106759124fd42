import { backends, registry } from "@engine/engine";
import { type RunningServer, type ServeOptions, serve } from "../src/index.ts";
import { chatFolder, type Script, scriptedModel } from "./scripted-model.ts";

/** A server whose one model, "actor", says what the script says. */
export async function scriptedServer(
  script: Script,
  options: Partial<ServeOptions> = {},
): Promise<RunningServer> {
  const folder = await chatFolder();
  const loading = { registry: registry(), backend: backends() };
  const server = await serve({
    port: 0,
    models: [{ id: "actor", path: folder.path }],
    loading,
    load: (path) => scriptedModel(path, loading, script),
    drainMs: 1000,
    ...options,
  });
  await server.ready;
  const close = (): Promise<void> => server.close().finally(() => folder[Symbol.asyncDispose]());
  return { ...server, close, [Symbol.asyncDispose]: close };
}
