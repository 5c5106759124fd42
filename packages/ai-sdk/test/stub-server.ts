import { createServer, type IncomingHttpHeaders } from "node:http";
import type { AddressInfo } from "node:net";

export interface Received {
  readonly path: string;
  readonly headers: IncomingHttpHeaders;
  readonly body: Record<string, unknown>;
}

export interface StubServer extends AsyncDisposable {
  readonly baseURL: string;
  readonly received: Received[];
  /** Connections that the client closed before the answer was whole. */
  readonly left: () => number;
  /** What the next requests get: chunks of a stream, or a status with a body. `open` leaves the stream unended. */
  answer(
    next:
      | { readonly chunks: readonly unknown[]; readonly open?: boolean }
      | { status: number; body: unknown },
  ): void;
}

/** A server that says what it is told to, in OpenAI's form, cut at awkward places. */
export async function stubServer(): Promise<StubServer> {
  const received: Received[] = [];
  let next: Parameters<StubServer["answer"]>[0] = { chunks: [] };
  let left = 0;
  const server = createServer(async (request, response) => {
    let text = "";
    for await (const piece of request) text += piece;
    received.push({ path: request.url ?? "", headers: request.headers, body: JSON.parse(text) });
    if ("status" in next) {
      response.writeHead(next.status, { "content-type": "application/json" });
      response.end(JSON.stringify(next.body));
      return;
    }
    response.on("close", () => {
      if (!response.writableEnded) left++;
    });
    response.writeHead(200, { "content-type": "text/event-stream", "x-request-id": "r1" });
    response.write(": ping\n\n");
    for (const chunk of next.chunks) {
      const line = `data: ${typeof chunk === "string" ? chunk : JSON.stringify(chunk)}\n\n`;
      const bytes = Buffer.from(line);
      response.write(bytes.subarray(0, 9));
      response.write(bytes.subarray(9));
    }
    if (!next.open) response.end();
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  return {
    baseURL: `http://127.0.0.1:${port}/v1/`,
    received,
    left: () => left,
    answer: (given) => {
      next = given;
    },
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
