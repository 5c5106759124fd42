import { afterAll, beforeAll, expect, test } from "vitest";
import { routes } from "../src/routes/index.ts";
import { builtAt, builtServer } from "./built-server.ts";
import { FORMS, NASTY_FORMS, SCHEMA } from "./fuzz-forms.ts";
import { bodyOf, GOOD, mutated } from "./fuzz-requests.ts";
import { pick, randomOf } from "./random.ts";
import { scriptedServer } from "./scripted-server.ts";

/** `pnpm fuzz` runs ten minutes, continuous integration one, a run at a desk a few seconds. */
const LONG = process.env.MODE === "fuzz" || process.env.CI;
const SECONDS = Number(
  process.env.FUZZ_SECONDS ?? (process.env.MODE === "fuzz" ? 600 : process.env.CI ? 60 : 5),
);
/** Several forms without an end, one behind the other, take less; nothing may be without an answer for so long. */
const HANG_MS = 120_000;
const CLIENTS = 8;
const METHODS = ["GET", "PUT", "DELETE", "OPTIONS", "PATCH"];

/** Only the built server follows grammars in a thread of their own, which can be ended when a form has no end. */
const built = LONG ? builtAt() : undefined;
const against = built ? `the server built at ${built.toISOString()}` : "the sources, without forms";

let server: { readonly url: string; readonly failures: readonly string[]; close(): Promise<void> };
beforeAll(async () => {
  server = built ? await builtServer() : await fromSources();
});
afterAll(() => server?.close());

async function fromSources(): Promise<typeof server> {
  const failures: string[] = [];
  const { url, close } = await scriptedServer(
    { say: () => '<think>a</think>b<tool_call>{"name": "f", "arguments": {}}</tool_call>' },
    { log: (level, line) => void (level === "error" && failures.push(line)) },
  );
  return { url, close, failures };
}

/** Requests whose answers are held to a good form. */
const forms = FORMS.map(([path, body]) => [path, body(SCHEMA)] as const);

async function send(path: string, body: unknown): Promise<{ status: number; text: string }> {
  const response = await fetch(server.url + path, { method: "POST", body: JSON.stringify(body) });
  return { status: response.status, text: await response.text() };
}

test("each route that takes a body is tried with a good one first", async () => {
  const taking = routes.filter(({ body }) => body).map(({ path }) => path);
  const left = taking.filter((path) => !(path in GOOD));
  // These would wait for the network or take the model away from the other tries.
  expect(left.sort()).toEqual(["/engine/models/pull", "/engine/models/unload"]);
  for (const [path, body] of [...Object.entries(GOOD), ...forms]) {
    const { status, text } = await send(path, body);
    // There is no folder whose models may be deleted or added to.
    const refused = /\/(delete|quantize)$/.test(path);
    expect(status, `${path} ${text}`).toBe(refused ? 403 : 200);
  }
});

test(`${SECONDS} seconds of broken requests: no 500, no crash`, {
  timeout: SECONDS * 1000 + HANG_MS + 120_000,
}, async () => {
  const random = randomOf(Number(process.env.FUZZ_SEED ?? 7));
  const broken = (): readonly [path: string, body: unknown] => {
    if (built && random() < 0.5) {
      const [path, body] = pick(random, FORMS);
      const held = body(mutated(SCHEMA, random, NASTY_FORMS));
      return [path, random() < 0.2 ? mutated(held, random) : held];
    }
    const [path, body] = pick(random, Object.entries(GOOD));
    return [path, mutated(body, random)];
  };
  const end = performance.now() + SECONDS * 1000;
  const statuses: Record<number, number> = {};
  const bad: string[] = [];
  let slowest = { ms: 0, what: "" };
  const client = async (): Promise<void> => {
    for (let left = end - performance.now(); left > 0; left = end - performance.now()) {
      const [path, request] = broken();
      const body = bodyOf(request, random);
      const method = random() < 0.9 ? "POST" : pick(random, METHODS);
      const what = `${method} ${path} ${body.slice(0, 1500)}`;
      const begin = performance.now();
      const signal = AbortSignal.timeout(Math.ceil(Math.min(left, HANG_MS)));
      const init = method === "GET" ? { method, signal } : { method, body, signal };
      const answer = await fetch(server.url + path, init)
        .then(async (response) => ({ status: response.status, text: await response.text() }))
        .catch((error: unknown) => ({ status: 0, text: String(error) }));
      const ms = performance.now() - begin;
      if (ms > slowest.ms) slowest = { ms, what };
      // What was under way when the time was over has no answer.
      if (signal.aborted && left < HANG_MS) return;
      const { status, text } = answer;
      statuses[status] = (statuses[status] ?? 0) + 1;
      const odd = status >= 400 && !/^\{.*"error":/.test(text) && status !== 405;
      if (status === 0 || status >= 500 || text.includes("internal_error") || odd) {
        bad.push(`${status} ${text.slice(0, 300)}\n${what}`);
      }
    }
  };
  await Promise.all(Array.from({ length: CLIENTS }, client));
  const total = Object.values(statuses).reduce((sum, count) => sum + count, 0);
  console.log(
    `fuzz: ${total} requests against ${against}: statuses ${JSON.stringify(statuses)}; slowest ${Math.round(slowest.ms)} ms: ${slowest.what}`,
  );
  expect(bad.slice(0, 5)).toEqual([]);
  expect(server.failures.slice(0, 5)).toEqual([]);
  expect((await fetch(`${server.url}/health`)).status).toBe(200);
  for (const [path, body] of forms) expect((await send(path, body)).status, path).toBe(200);
});
