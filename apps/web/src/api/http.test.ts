import { describe, expect, it } from "vitest";
import { createHttp, readEvents, type ServerEvent } from "./http.ts";

function stream(...pieces: (string | Uint8Array)[]): ReadableStream<Uint8Array> {
  const encoder = new TextEncoder();
  return new ReadableStream({
    start(controller) {
      for (const piece of pieces)
        controller.enqueue(typeof piece === "string" ? encoder.encode(piece) : piece);
      controller.close();
    },
  });
}

async function collect(source: ReadableStream<Uint8Array>): Promise<ServerEvent[]> {
  const found: ServerEvent[] = [];
  for await (const event of readEvents(source)) found.push(event);
  return found;
}

describe("readEvents", () => {
  it("puts messages together that arrive in any pieces, and leaves out pings", async () => {
    const text = ': ping\n\nevent: progress\ndata: {"done":1}\n\ndata: one\ndata: two\r\n\r\n';
    const whole = [
      { event: "progress", data: '{"done":1}' },
      { event: undefined, data: "one\ntwo" },
    ];
    expect(await collect(stream(text))).toEqual(whole);
    expect(await collect(stream(...text))).toEqual(whole);
  });

  it("keeps letters whole whose bytes arrive apart", async () => {
    const bytes = new TextEncoder().encode("data: 안녕\n\n");
    const pieces = Array.from(bytes, (byte) => Uint8Array.of(byte));
    expect(await collect(stream(...pieces))).toEqual([{ event: undefined, data: "안녕" }]);
  });

  it("drops a message that the end cut off", async () => {
    expect(await collect(stream("data: whole\n\ndata: half"))).toEqual([{ event: undefined, data: "whole" }]);
  });

  it("ends the request when the reader leaves early", async () => {
    let cancelled = false;
    const endless = new ReadableStream<Uint8Array>({
      pull: (controller) => controller.enqueue(new TextEncoder().encode("data: x\n\n")),
      cancel() {
        cancelled = true;
      },
    });
    for await (const _ of readEvents(endless)) break;
    expect(cancelled).toBe(true);
  });
});

describe("createHttp", () => {
  const client = (answer: () => Response | Promise<Response>, key = "") => {
    const seen: { url: string; init: RequestInit | undefined }[] = [];
    const fetch = async (url: unknown, init?: RequestInit): Promise<Response> => {
      seen.push({ url: String(url), init });
      return answer();
    };
    return {
      seen,
      http: createHttp({ base: "http://host/sub/", key: () => key, fetch: fetch as typeof globalThis.fetch }),
    };
  };
  const failing = (status: number, body: string) =>
    client(() => new Response(body, { status })).http.json("x");

  it("stays below the folder that the page came from, and sends the key", async () => {
    const { http, seen } = client(() => Response.json({ ok: 1 }), "secret");
    expect(await http.json("v1/models")).toEqual({ ok: 1 });
    expect(seen[0]?.url).toBe("http://host/sub/v1/models");
    expect(seen[0]?.init?.headers).toMatchObject({ authorization: "Bearer secret" });
  });

  it.each([
    [401, '{"error":{"message":"No key."}}', "unauthorized"],
    [429, '{"error":{"message":""}}', "busy"],
    [429, '{"error":{"message":"32 requests are running."}}', "told"],
    [400, '{"error":{"message":"Too many.","code":"context_length_exceeded"}}', "too-long"],
    [404, "", "not-found"],
    [500, "<html>", "untold"],
    [400, '{"error":"a sentence"}', "told"],
  ])("tells status %i with %s as %s", async (status, body, kind) => {
    await expect(failing(status, body)).rejects.toMatchObject({ kind, status });
  });

  it("tells a refused connection as offline, and an answer that is no event stream as unreadable", async () => {
    const refused = client(() => Promise.reject(new TypeError("fetch failed"))).http;
    await expect(refused.json("x")).rejects.toMatchObject({ kind: "offline" });
    const page = client(() => new Response("<html>")).http;
    await expect(page.events("x", {}).next()).rejects.toMatchObject({ kind: "unreadable" });
  });
});
