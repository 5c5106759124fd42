import { connect } from "node:net";
import { expect, test } from "vitest";
import { demoServer } from "../test/demo-server.ts";
import { fakeModels } from "../test/fake-model.ts";
import { scriptedServer } from "../test/scripted-server.ts";
import { serve } from "./serve.ts";

const body = JSON.stringify({ model: "actor", messages: [{ role: "user", content: "a" }], stream: true });
const post = (url: string) => fetch(`${url}/v1/chat/completions`, { method: "POST", body });

test("answers under way end before the server does, and nothing new is taken", async () => {
  const server = await scriptedServer({ pace: 20, say: () => "one two three four five six seven eight" });
  const response = await post(server.url);
  const closed = server.close();
  await expect(post(server.url)).rejects.toThrow();
  expect(await response.text()).toMatch(/\[DONE\]\n\n$/);
  await closed;
});

test("an answer that takes too long is told so", async () => {
  const server = await scriptedServer({ pace: 20, say: () => "a b c d e f ".repeat(100) }, { drainMs: 100 });
  const response = await post(server.url);
  await server.close();
  const text = await response.text();
  expect(text).toContain('"code":"draining"');
  expect(text).not.toContain("[DONE]");
});

test("more requests than the limit get 429 and a time to come again", async () => {
  await using server = await scriptedServer({ pace: 20, say: () => "a b c d e f g h" }, { maxRequests: 1 });
  const first = await post(server.url);
  const second = await post(server.url);
  expect([second.status, second.headers.get("retry-after")]).toEqual([429, "1"]);
  expect(await second.json()).toMatchObject({
    error: { type: "rate_limit_error", code: "too_many_requests" },
  });
  await first.text();
  expect((await post(server.url)).status).toBe(200);
});

test("who sends a request drop by drop is let go", async () => {
  await using server = await demoServer({ requestMs: 200 });
  const { hostname, port } = new URL(server.url);
  const socket = connect(Number(port), hostname);
  socket.write("POST /v1/completions HTTP/1.1\r\nHost: localhost\r\nContent-Length: 400\r\n\r\n{");
  let answer = "";
  for await (const piece of socket) answer += piece;
  expect(answer).toMatch(/^HTTP\/1.1 408 /);
  expect((await fetch(`${server.url}/health`)).status).toBe(200);
});

test("it is ready once the models are there, and says what kept one out", async () => {
  const errors: string[] = [];
  const server = await serve({
    port: 0,
    models: [{ id: "gone", path: "/no/such/model" }],
    log: (level, line) => void (level === "error" && errors.push(line)),
  });
  await expect(server.ready).rejects.toThrow("/no/such/model");
  expect((await fetch(`${server.url}/health`)).status).toBe(200);
  expect((await fetch(`${server.url}/ready`)).status).toBe(503);
  expect(errors).toEqual([]);
  const { models } = (await (await fetch(`${server.url}/engine/models`)).json()) as { models: object[] };
  expect(models).toMatchObject([
    { id: "gone", state: "unloaded", error: expect.stringContaining("/no/such/model") },
  ]);
  await server.close();
});

test("given models that do not fit together are named, and loaded when they are asked for", async () => {
  const errors: string[] = [];
  const fakes = fakeModels();
  await using server = await serve({
    port: 0,
    models: ["a", "b", "c"].map((id) => ({ id, path: `${id}:40` })),
    load: fakes.load,
    describe: fakes.describe,
    memoryBudget: 100,
    log: (level, line) => void (level === "error" && errors.push(line)),
  });
  await server.ready;
  expect(fakes.disposed).toEqual(["a:40"]);
  expect(errors).toEqual([expect.stringMatching(/do not fit .* together: a made room/)]);
  expect((await fetch(`${server.url}/ready`)).status).toBe(200);
});

test("a port that is taken is said so", async () => {
  await using one = await demoServer();
  const port = Number(new URL(one.url).port);
  await expect(serve({ port })).rejects.toMatchObject({
    code: "io-failed",
    message: expect.stringContaining("--port"),
  });
});

test("gauges and counts, under our names and the gateway's", async () => {
  await using server = await demoServer();
  const ask = { model: "demo", prompt: "Once upon a time", max_tokens: 3 };
  await fetch(`${server.url}/v1/completions`, { method: "POST", body: JSON.stringify(ask) });
  const text = await (await fetch(`${server.url}/metrics`)).text();
  for (const line of [
    'vllm:num_requests_waiting{model_name="demo"} 0',
    'vllm:num_requests_running{model_name="demo"} 0',
    'vllm:kv_cache_usage_perc{model_name="demo"} 0',
    'engine_generated_tokens_total{model="demo"} 3',
    'engine_answers_total{model="demo",reason="length"} 1',
    'engine_http_requests_total{route="/v1/completions",status="200"} 1',
  ]) {
    expect(text).toContain(`${line}\n`);
  }
  expect(text).toMatch(/vllm:cache_config_info\{model_name="demo",block_size="\d+",num_gpu_blocks="\d+"\} 1/);
  expect(text).toMatch(/engine_event_loop_delay_seconds\{percentile="99"\} \d/);
});

test("the log tells nothing of a request's content", async () => {
  const lines: string[] = [];
  await using server = await demoServer({
    log: (_, line) => lines.push(line),
    apiKey: "a key of some length",
  });
  const headers = { authorization: "Bearer a wrong secret" };
  const body = JSON.stringify({ model: "demo", prompt: "Once a secret", max_tokens: 1 });
  await fetch(`${server.url}/v1/completions?secret=1`, { method: "POST", body, headers });
  const right = { authorization: "Bearer a key of some length" };
  await fetch(`${server.url}/v1/completions`, { method: "POST", body, headers: right });
  expect(lines).toHaveLength(2);
  expect(lines.join()).toMatch(/POST \/v1\/completions 401 .*POST \/v1\/completions 200/);
  expect(lines.join()).not.toMatch(/secret|a key/);
});
