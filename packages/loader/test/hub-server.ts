import { createHash } from "node:crypto";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { afterEach } from "vitest";

export const COMMIT = "1".repeat(40);

/** What a server does instead of serving a file; `bytes` is the right content. */
export type Fault = (request: IncomingMessage, response: ServerResponse, bytes: Buffer) => void;

export interface HubServer {
  readonly url: string;
  readonly requests: { readonly url: string; readonly headers: IncomingMessage["headers"] }[];
  /** Commit of the branch "main", and its files. */
  commit: string;
  readonly files: Map<string, Buffer>;
  /** For each path or "api" or "tree": what comes instead, one for each request; the last one stays if `forever`. */
  readonly faults: Map<string, Fault[]>;
  readonly forever: Set<string>;
  /** Changes what is listed. */
  list: (entries: Record<string, unknown>[]) => unknown;
  /** Requests for a file, by path. */
  asked(path: string): HubServer["requests"];
}

export const sha256 = (bytes: Uint8Array) => createHash("sha256").update(bytes).digest("hex");
export const gitSha1 = (bytes: Uint8Array) =>
  createHash("sha1").update(`blob ${bytes.length}\0`).update(bytes).digest("hex");
export const isLarge = (path: string) => path.endsWith(".safetensors");
export const blobName = (path: string, bytes: Uint8Array) => (isLarge(path) ? sha256(bytes) : gitSha1(bytes));

/** As a file server's, which is not the hub's hash. */
export const etagOf = (bytes: Uint8Array) => `"${sha256(bytes).slice(0, 16)}"`;

/** Starts hubs on 127.0.0.1 that are stopped after each test. Call at the top level. */
export function hubServers(): (files: Record<string, Buffer>) => Promise<HubServer> {
  const servers: Server[] = [];
  afterEach(async () => {
    for (const server of servers.splice(0)) {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    }
  });
  return async (files) => {
    const requests: { url: string; headers: IncomingMessage["headers"] }[] = [];
    let hub: HubServer;
    const server = createServer((request, response) => {
      requests.push({ url: request.url!, headers: request.headers });
      answer(hub, request, response);
    });
    servers.push(server);
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    hub = {
      url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
      requests,
      commit: COMMIT,
      files: new Map(Object.entries(files)),
      faults: new Map(),
      forever: new Set(),
      list: (entries) => entries,
      asked: (path) => requests.filter(({ url }) => url.endsWith(`/${path}`)),
    };
    return hub;
  };
}

function answer(hub: HubServer, request: IncomingMessage, response: ServerResponse): void {
  const url = decodeURIComponent(request.url!.split("?")[0]!);
  const json = (value: unknown) => {
    response.setHeader("content-type", "application/json");
    response.end(JSON.stringify(value));
  };
  const path = /\/resolve\/[0-9a-f]{40}\/(.+)$/.exec(url)?.[1];
  const kind = path ?? (url.includes("/tree/") ? "tree" : "api");
  const bytes = hub.files.get(path ?? "") ?? Buffer.alloc(0);
  const queue = hub.faults.get(kind) ?? [];
  const fault = hub.forever.has(kind) && queue.length === 1 ? queue[0] : queue.shift();
  if (fault) fault(request, response, bytes);
  else if (path !== undefined) {
    if (hub.files.has(path)) serve(request, response, bytes);
    else response.writeHead(404, { "x-error-code": "EntryNotFound" }).end();
  } else if (kind === "tree") json(hub.list(entries(hub)));
  else json({ sha: hub.commit, id: "org/name" });
}

function entries(hub: HubServer): Record<string, unknown>[] {
  return [...hub.files].map(([path, bytes]) => {
    const entry = { type: "file", path, size: bytes.length, oid: gitSha1(bytes) };
    // What git has of a large file is a pointer.
    return isLarge(path)
      ? { ...entry, oid: "f".repeat(40), lfs: { oid: sha256(bytes), size: bytes.length, pointerSize: 130 } }
      : entry;
  });
}

/** As a good server does: ranges, and `If-Range`. */
export const serve: Fault = (request, response, bytes) => {
  const etag = etagOf(bytes);
  const { range, "if-range": ifRange } = request.headers;
  const begin = Number(/^bytes=(\d+)-$/.exec(range ?? "")?.[1] ?? Number.NaN);
  if (Number.isNaN(begin) || (ifRange !== undefined && ifRange !== etag)) {
    response.writeHead(200, { etag, "content-length": bytes.length }).end(bytes);
  } else if (begin >= bytes.length) {
    response.writeHead(416, { "content-range": `bytes */${bytes.length}` }).end();
  } else {
    const rest = bytes.subarray(begin);
    const contentRange = `bytes ${begin}-${bytes.length - 1}/${bytes.length}`;
    response.writeHead(206, { etag, "content-length": rest.length, "content-range": contentRange }).end(rest);
  }
};

/** Serves right, but the connection breaks after `count` bytes of the body. */
export const breakOff =
  (count: number): Fault =>
  (request, response, bytes) => {
    let sent = 0;
    const { end } = response;
    response.end = ((body?: Buffer) => {
      if (!body) return end.call(response, undefined, "utf8");
      sent = Math.min(count, body.length);
      response.write(body.subarray(0, sent), () => setTimeout(() => response.destroy(), 10));
      return response;
    }) as ServerResponse["end"];
    serve(request, response, bytes);
  };

/** Sends `count` bytes and then nothing more. */
export const stall =
  (count: number): Fault =>
  (_, response, bytes) => {
    response.writeHead(200, { "content-length": bytes.length });
    response.write(bytes.subarray(0, count));
  };

export const status =
  (code: number, headers: Record<string, string> = {}): Fault =>
  (_, response) => {
    response.writeHead(code, headers).end();
  };

/** Sends other bytes of the same length. */
export const otherContent: Fault = (request, response, bytes) =>
  serve(request, response, Buffer.from(bytes).fill(7));
