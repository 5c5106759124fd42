import { afterAll, beforeAll, expect, test } from "vitest";
import type { RunningServer } from "../src/index.ts";
import { routes } from "../src/routes/index.ts";
import { bodyOf, GOOD, mutated } from "./fuzz-requests.ts";
import { pick, randomOf } from "./random.ts";
import { scriptedServer } from "./scripted-server.ts";

/** `pnpm fuzz` runs ten minutes, continuous integration one, a run at a desk a few seconds. */
const SECONDS = process.env.MODE === "fuzz" ? 600 : process.env.CI ? 60 : 5;
const CLIENTS = 8;
const METHODS = ["POST", "POST", "POST", "POST", "POST", "GET", "PUT", "DELETE", "OPTIONS", "PATCH"];

let server: RunningServer;
const failures: string[] = [];
beforeAll(async () => {
  server = await scriptedServer(
    { say: () => '<think>a</think>b<tool_call>{"name": "f", "arguments": {}}</tool_call>' },
    { log: (level, line) => void (level === "error" && failures.push(line)) },
  );
});
afterAll(() => server?.close());

test("each route that takes a body is tried with a good one first", async () => {
  const taking = routes.filter(({ body }) => body).map(({ path }) => path);
  const left = taking.filter((path) => !(path in GOOD));
  // These would wait for the network or take the model away from the other tries.
  expect(left.sort()).toEqual(["/engine/models/pull", "/engine/models/unload"]);
  for (const [path, body] of Object.entries(GOOD)) {
    const response = await fetch(server.url + path, { method: "POST", body: JSON.stringify(body) });
    const text = await response.text();
    // There is no folder whose models may be deleted or added to.
    const refused = /\/(delete|quantize)$/.test(path);
    expect(response.status, `${path} ${text}`).toBe(refused ? 403 : 200);
  }
});

test(`${SECONDS} seconds of broken requests: no 500, no crash`, {
  timeout: SECONDS * 1000 + 120_000,
}, async () => {
  const random = randomOf(Number(process.env.FUZZ_SEED ?? 7));
  const end = performance.now() + SECONDS * 1000;
  const statuses: Record<number, number> = {};
  const bad: string[] = [];
  const client = async (): Promise<void> => {
    while (performance.now() < end) {
      const [path, good] = pick(random, Object.entries(GOOD));
      const body = bodyOf(mutated(good, random), random);
      const method = pick(random, METHODS);
      const init = method === "GET" ? { method } : { method, body };
      const response = await fetch(server.url + path, init);
      const text = await response.text();
      statuses[response.status] = (statuses[response.status] ?? 0) + 1;
      const broken = response.status >= 400 && !/^\{.*"error":/.test(text) && response.status !== 405;
      if (response.status >= 500 || text.includes("internal_error") || broken) {
        bad.push(`${method} ${path} ${response.status} ${text.slice(0, 300)}\n${body.slice(0, 500)}`);
      }
    }
  };
  await Promise.all(Array.from({ length: CLIENTS }, client));
  console.log(`fuzz: statuses ${JSON.stringify(statuses)}`);
  expect(bad.slice(0, 5)).toEqual([]);
  expect(failures.slice(0, 5)).toEqual([]);
  expect((await fetch(`${server.url}/health`)).status).toBe(200);
});
