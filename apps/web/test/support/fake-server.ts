import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { fakeAnswer } from "./fake-answers.ts";
import { createFakeModels } from "./fake-models.ts";
import { sendFile } from "./send-file.ts";

/** A server with the routes and shapes of @engine/server whose models are made up. */
export interface FakeServer {
  readonly url: string;
  /** The bodies of all chat requests, the last one last. */
  readonly requests: readonly { readonly messages: readonly { role: string; content: string }[] }[];
  /** Chat requests whose connection was closed before their answer ended. */
  readonly aborted: () => number;
  /** Breaks all connections and answers nothing until `up`. */
  down(): Promise<void>;
  up(): Promise<void>;
  close(): Promise<void>;
}

export interface FakeOptions {
  /** The folder of the built page. */
  readonly site: string;
  /** When given, every call of the API needs it. */
  readonly apiKey?: string;
  /** Answers 403 to all management calls. */
  readonly closed?: boolean;
  readonly models?: Parameters<typeof createFakeModels>[0];
}

export async function startFakeServer({ site, apiKey, closed, models }: FakeOptions): Promise<FakeServer> {
  const requests: { messages: { role: string; content: string }[] }[] = [];
  const routes = createFakeModels(models);
  let aborted = 0;
  let port = 0;

  async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const url = new URL(request.url ?? "/", "http://fake");
    const api = url.pathname.startsWith("/v1/") || url.pathname.startsWith("/engine/");
    if (!api) return sendFile(site, url.pathname, response);
    if (apiKey !== undefined && request.headers.authorization !== `Bearer ${apiKey}`) {
      return json(response, 401, { error: { message: "A key is missing.", code: "invalid_api_key" } });
    }
    if (closed && url.pathname.startsWith("/engine/")) {
      return json(response, 403, { error: { message: "Management is off." } });
    }
    if (url.pathname === "/v1/models") return json(response, 200, { data: [{ id: "a-name" }] });
    const body = await readBody(request);
    if (url.pathname === "/v1/chat/completions") {
      requests.push(body as (typeof requests)[number]);
      response.on("close", () => {
        if (!response.writableEnded) aborted += 1;
      });
      return fakeAnswer(body as (typeof requests)[number], response);
    }
    const found = await routes(url, body, response);
    if (!found) json(response, 404, { error: { message: "" } });
  }

  function listen() {
    const server = createServer((request, response) => {
      answer(request, response).catch((error: unknown) => {
        response.statusCode = 500;
        response.end(String(error));
      });
    });
    return new Promise<typeof server>((done) =>
      server.listen(port, "127.0.0.1", () => {
        port = (server.address() as AddressInfo).port;
        done(server);
      }),
    );
  }

  let server = await listen();
  const stop = (): Promise<void> =>
    new Promise((done) => {
      server.close(() => done());
      server.closeAllConnections();
    });
  return {
    url: `http://127.0.0.1:${port}/`,
    requests,
    aborted: () => aborted,
    down: stop,
    async up() {
      server = await listen();
    },
    close: stop,
  };
}

export function json(response: ServerResponse, status: number, body: object): void {
  response.writeHead(status, { "content-type": "application/json" });
  response.end(JSON.stringify(body));
}

async function readBody(request: IncomingMessage): Promise<Record<string, unknown>> {
  const parts: Buffer[] = [];
  for await (const part of request) parts.push(part as Buffer);
  const text = Buffer.concat(parts).toString("utf8");
  return text === "" ? {} : JSON.parse(text);
}
