import type { Server } from "node:http";
import type { AddressInfo } from "node:net";
import { EngineError } from "@engine/core";
import { createAdaptorServer } from "@hono/node-server";
import { createApp } from "./app.ts";
import { createParts, type ServerOptions } from "./create-parts.ts";
import type { ServerParts } from "./server-parts.ts";
import { findWebFolder } from "./web-folder.ts";

export interface ServeOptions extends ServerOptions {
  /** Load the given models at the start; true unless told. The server answers meanwhile, and is ready after. */
  readonly preload?: boolean;
}

export interface RunningServer extends AsyncDisposable {
  /** Where it listens, without a slash at the end. */
  readonly url: string;
  /** Settles when the models to load at the start are there; rejects with what the first of them failed with. */
  readonly ready: Promise<void>;
  /** Takes no new requests, waits for answers under way as long as the settings say, gives everything back. */
  close(): Promise<void>;
}

/** Starts a server. Throws `bad-option` for unsafe settings, `io-failed` where the address cannot be had. */
export async function serve(options: ServeOptions): Promise<RunningServer> {
  const parts = createParts({ ...options, webFolder: options.webFolder ?? (await findWebFolder()) });
  const { fetch } = createApp(parts);
  const { requestMs } = parts.settings;
  const http = createAdaptorServer({
    fetch,
    overrideGlobalObjects: false,
    serverOptions: { connectionsCheckingInterval: Math.min(5000, requestMs) },
  }) as Server;
  // A client that sends its request drop by drop holds a connection; it may not hold it long.
  http.headersTimeout = Math.min(20_000, requestMs);
  http.requestTimeout = requestMs;
  // Longer than clients and balancers keep a connection: whoever closes first must not be us, just as they write.
  http.keepAliveTimeout = 65_000;
  http.maxConnections = parts.settings.maxRequests * 4;
  const { host } = parts.settings;
  const { port } = await listen(http, parts);
  const ready = preload(parts, options);
  // Whoever wants to know awaits it.
  ready.catch(() => {});
  let closing: Promise<void> | undefined;
  const close = (): Promise<void> => {
    closing ??= end(http, parts);
    return closing;
  };
  const name = host.includes(":") ? `[${host.replace(/[[\]]/g, "")}]` : host;
  return { url: `http://${name}:${port}`, ready, close, [Symbol.asyncDispose]: close };
}

async function listen(http: Server, { settings }: ServerParts): Promise<AddressInfo> {
  const { port, host } = settings;
  await new Promise<void>((resolve, reject) => {
    http.once("error", (error: NodeJS.ErrnoException) => {
      const why =
        error.code === "EADDRINUSE"
          ? "something else listens there already. Choose another --port"
          : error.message;
      reject(new EngineError("io-failed", `Cannot listen on ${host}:${port}: ${why}.`, { cause: error }));
    });
    http.listen(port, host.replace(/[[\]]/g, ""), resolve);
  });
  return http.address() as AddressInfo;
}

/** Tries them all; `ready` stays false when one failed. */
async function preload(
  { pool, state, log }: ServerParts,
  { models = [], preload: wanted = true }: ServeOptions,
): Promise<void> {
  const failed: unknown[] = [];
  for (const { id } of wanted ? models : []) {
    const lease = pool.lease(id, {
      signal: new AbortController().signal,
      keepAliveMs: Number.POSITIVE_INFINITY,
    });
    await lease.then(({ release }) => release()).catch((error) => failed.push(error));
  }
  if (failed.length > 0) throw failed[0];
  const gone = wanted ? models.filter(({ id }) => pool.slot(id)?.state === "unloaded") : [];
  if (gone.length > 0) {
    log(
      "error",
      `The models given do not fit the memory budget together: ${gone.map(({ id }) => id).join(", ")} made room and will be loaded when asked for. Raise --memory-budget, or shorten --context.`,
    );
  }
  state.ready = true;
}

async function end(http: Server, { gate, pool, settings, loopDelay }: ServerParts): Promise<void> {
  const closed = new Promise<void>((resolve) => http.close(() => resolve()));
  // Idle connections would keep the server open; busy ones end with their answer.
  http.closeIdleConnections();
  await gate.drain(settings.drainMs);
  await pool.close();
  loopDelay.stop();
  const late = setTimeout(() => http.closeAllConnections(), 1000);
  http.closeIdleConnections();
  await closed;
  clearTimeout(late);
}
