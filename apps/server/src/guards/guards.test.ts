import { request } from "node:http";
import { hostname } from "node:os";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { demoServer } from "../../test/demo-server.ts";
import type { RunningServer } from "../index.ts";
import { serverSettings } from "../settings.ts";
import { checkHost } from "./host-guard.ts";
import { checkKey, sameText } from "./key-guard.ts";
import { checkOrigin } from "./origin-guard.ts";

const open = serverSettings();
const KEY = "a key of some length";

describe("settings that leave a door open are refused", () => {
  test("other machines without a key", () => {
    for (const host of ["0.0.0.0", "::", "192.168.1.5", "example.org"]) {
      expect(() => serverSettings({ host })).toThrow("lets other machines use the models");
      expect(serverSettings({ host, insecure: true }).host).toBe(host);
      expect(serverSettings({ host, apiKey: KEY }).host).toBe(host);
    }
    for (const host of ["127.0.0.1", "127.1.2.3", "::1", "localhost"])
      expect(serverSettings({ host }).host).toBe(host);
  });
  test("a key that can be guessed", () => {
    expect(() => serverSettings({ apiKey: "short" })).toThrow("fewer than 8");
    expect(() => serverSettings({ adminKey: "" })).toThrow("fewer than 8");
  });
});

describe("the Host header", () => {
  test.each(["localhost:8080", "127.0.0.1", "[::1]:8080", "192.168.1.5:80", "app.localhost", hostname()])(
    "%s is us",
    (host) => {
      expect(() => checkHost(host, open)).not.toThrow();
    },
  );
  test.each([
    "evil.example",
    "evil.example:8080",
    "127.0.0.1.evil.example",
    "",
    undefined,
    "localhost.evil.example",
  ])("%s is not", (host) => {
    expect(() => checkHost(host, open)).toThrow("does not go by");
  });
  test("further names, and any name where a key is asked for", () => {
    expect(() => checkHost("Box.Example:1", serverSettings({ allowedHosts: ["box.example"] }))).not.toThrow();
    expect(() => checkHost("service", serverSettings({ apiKey: KEY }))).not.toThrow();
  });
});

describe("the Origin header", () => {
  const ask = (origin: string | undefined, method = "POST") => ({
    method,
    headers: new Headers({ host: "127.0.0.1:8080", ...(origin && { origin }) }),
  });
  test("pages of other origins may not post, ours and programs may", () => {
    expect(() => checkOrigin(ask("https://evil.example"), open)).toThrow("may not call");
    expect(() => checkOrigin(ask("null"), open)).toThrow("may not call");
    expect(() => checkOrigin(ask("http://127.0.0.1:9999"), open)).toThrow("may not call");
    for (const origin of ["http://127.0.0.1:8080", undefined])
      expect(() => checkOrigin(ask(origin), open)).not.toThrow();
  });
  test("origins that were allowed", () => {
    const allowed = serverSettings({ cors: ["https://app.example"] });
    expect(() => checkOrigin(ask("https://app.example"), allowed)).not.toThrow();
    expect(() => checkOrigin(ask("https://app.example.evil"), allowed)).toThrow("may not call");
  });
});

describe("keys", () => {
  const bearer = (key: string) => new Headers({ authorization: `Bearer ${key}` });
  const keyed = serverSettings({ apiKey: KEY });
  test("the API's key opens the API, in both headers", () => {
    expect(() => checkKey(bearer(KEY), "api", keyed)).not.toThrow();
    expect(() => checkKey(new Headers({ "x-api-key": KEY }), "api", keyed)).not.toThrow();
    expect(() => checkKey(new Headers(), "api", keyed)).toThrow("No API key");
    expect(() => checkKey(bearer(`${KEY}x`), "api", keyed)).toThrow("is wrong");
    expect(() => checkKey(new Headers(), "open", keyed)).not.toThrow();
  });
  test("the management has a key of its own where there is one", () => {
    const both = serverSettings({ apiKey: KEY, adminKey: "the other long key" });
    expect(() => checkKey(bearer(KEY), "management", both)).toThrow("is wrong");
    expect(() => checkKey(bearer("the other long key"), "management", both)).not.toThrow();
    expect(() => checkKey(bearer(KEY), "management", keyed)).not.toThrow();
    const wide = serverSettings({ host: "0.0.0.0", insecure: true });
    expect(() => checkKey(new Headers(), "management", wide)).toThrow("management is off");
    expect(() => checkKey(new Headers(), "api", wide)).not.toThrow();
  });
  test("texts are compared as a whole", () => {
    expect([sameText("ab", "ab"), sameText("ab", "abc"), sameText("", "a")]).toEqual([true, false, false]);
  });
});

describe("on the wire", () => {
  let server: RunningServer;
  beforeAll(async () => {
    server = await demoServer({ maxBodyBytes: 2000, cors: ["https://app.example"] });
  });
  afterAll(() => server?.close());

  /** Raw, because fetch sets some headers itself. */
  function send(
    path: string,
    headers: Record<string, string>,
    body = "",
  ): Promise<{ status: number; headers: object; text: string }> {
    return new Promise((resolve, reject) => {
      const sent = request(server.url + path, { method: body ? "POST" : "GET", headers }, (answer) => {
        let text = "";
        answer.on("data", (piece) => (text += piece));
        answer.on("end", () => resolve({ status: answer.statusCode!, headers: answer.headers, text }));
      });
      sent.on("error", reject);
      sent.end(body);
    });
  }

  test("a foreign name and a foreign page get 403 on every route", async () => {
    for (const path of ["/", "/health", "/v1/models", "/api/tags", "/engine/models", "/none"]) {
      expect(await send(path, { host: "evil.example" })).toMatchObject({ status: 403 });
    }
    expect(await send("/v1/completions", { origin: "https://evil.example" }, "{}")).toMatchObject({
      status: 403,
    });
    expect(await send("/engine/models/unload", { origin: "https://evil.example" }, "{}")).toMatchObject({
      status: 403,
    });
  });

  test("only allowed origins may read answers", async () => {
    const origin = "https://app.example";
    expect((await send("/v1/models", { origin })).headers).toMatchObject({
      "access-control-allow-origin": origin,
    });
    expect((await send("/v1/models", { origin: "https://evil.example" })).headers).not.toHaveProperty(
      "access-control-allow-origin",
    );
    const asked = await fetch(`${server.url}/v1/models`, {
      method: "OPTIONS",
      headers: { origin: "https://evil.example" },
    });
    expect(asked.status).toBe(405);
  });

  test("bodies have a limit, told or not, and must be JSON of some depth", async () => {
    const large = JSON.stringify({ prompt: "a".repeat(3000) });
    expect(await send("/v1/completions", {}, large)).toMatchObject({ status: 413 });
    expect(await send("/v1/completions", { "transfer-encoding": "chunked" }, large)).toMatchObject({
      status: 413,
    });
    const deep = `{"prompt":${"[".repeat(500)}${"]".repeat(500)}}`;
    expect(await send("/v1/completions", {}, deep)).toMatchObject({ status: 400 });
    expect(await send("/v1/completions", {}, "{")).toMatchObject({
      status: 400,
      text: expect.stringContaining("is no JSON"),
    });
  });

  test("no path leaves the folder of the web interface", async () => {
    for (const path of [
      "/../package.json",
      "/..%2fpackage.json",
      "/%2e%2e/package.json",
      "/assets/..%5c..%5cx.js",
      "/%00.js",
      "/%",
    ]) {
      expect((await send(path, {})).status, path).toBe(404);
    }
  });

  test("a path cannot be named as a model", async () => {
    for (const model of ["/etc/passwd", "../../etc", "./demo", "demo/../demo", "C:\\x", "demo\0"]) {
      const { status } = await send("/v1/completions", {}, JSON.stringify({ model, prompt: "a" }));
      expect(status, model).toBe(404);
    }
  });
});
