import { Ollama } from "ollama";
import { afterAll, beforeAll, expect, test } from "vitest";
import { demoServer } from "../../../test/demo-server.ts";
import { scriptedServer } from "../../../test/scripted-server.ts";
import type { RunningServer } from "../../index.ts";

const CALL = '<tool_call>\n{"name": "weather", "arguments": {"city": "Oslo"}}\n</tool_call>';
const tools = [{ type: "function", function: { name: "weather", parameters: { type: "object" } } }];
const messages = [{ role: "user", content: "How is it?" }];

let actor: RunningServer;
let demo: RunningServer;
let aborted = 0;
beforeAll(async () => {
  actor = await scriptedServer({
    pace: 1,
    onAbort: () => aborted++,
    say: (_, options) => `<think>Hm.</think>Sunny, they say.${options.tools ? CALL : ""}`,
  });
  demo = await demoServer();
});
afterAll(async () => {
  await actor?.close();
  await demo?.close();
});

test("a chat with a thought and a call, whole and in lines", async () => {
  const client = new Ollama({ host: actor.url });
  const whole = await client.chat({ model: "actor:latest", messages, tools, think: true });
  const said = {
    content: "Sunny, they say.",
    thinking: "Hm.",
    tool_calls: [{ function: { name: "weather", arguments: { city: "Oslo" } } }],
  };
  expect(whole).toMatchObject({ model: "actor", done: true, done_reason: "stop", message: said });
  expect(whole.eval_count).toBeGreaterThan(5);
  const heard = { content: "", thinking: "", calls: 0, done: 0 };
  for await (const { message, done } of await client.chat({
    model: "actor",
    messages,
    tools,
    stream: true,
  })) {
    heard.content += message.content;
    heard.thinking += message.thinking ?? "";
    heard.calls += message.tool_calls?.length ?? 0;
    heard.done += done ? 1 : 0;
  }
  expect(heard).toEqual({ content: "Sunny, they say.", thinking: "Hm.", calls: 1, done: 1 });
});

test("a reader that stops ends the answer", async () => {
  const before = aborted;
  const stream = await new Ollama({ host: actor.url }).chat({ model: "actor", messages, stream: true });
  await expect(async () => {
    for await (const _ of stream) stream.abort();
  }).rejects.toThrow();
  await expect.poll(() => aborted).toBe(before + 1);
});

test("a prompt is continued by a model without a template", async () => {
  const client = new Ollama({ host: demo.url });
  const ask = { model: "demo", prompt: "Once upon a time", options: { temperature: 0, num_predict: 6 } };
  const { response, done_reason } = await client.generate(ask);
  expect(response).toMatch(/^,? \w+/);
  expect(done_reason).toBe("length");
  expect(await client.generate({ ...ask, raw: true })).toMatchObject({ response });
});

test("models are listed, shown, loaded and unloaded", async () => {
  const client = new Ollama({ host: actor.url });
  expect(await client.list()).toMatchObject({ models: [{ name: "actor", size: expect.any(Number) }] });
  expect(await client.show({ model: "actor" })).toMatchObject({
    details: { family: "llama", parameter_size: "1.0M", quantization_level: "BF16" },
    capabilities: ["completion", "tools", "thinking"],
    model_info: { "llama.context_length": 512 },
  });
  expect(await client.chat({ model: "actor", keep_alive: 0 })).toMatchObject({ done_reason: "unload" });
  expect((await client.ps()).models).toEqual([]);
  expect(await client.generate({ model: "actor", prompt: "", keep_alive: "2m" })).toMatchObject({
    done_reason: "load",
  });
  const [loaded] = (await client.ps()).models;
  expect(loaded!.name).toBe("actor");
  expect(new Date(loaded!.expires_at).getTime() - Date.now()).toBeLessThanOrEqual(120_000);
  expect(await client.version()).toMatchObject({ version: expect.stringMatching(/^\d+\.\d+/) });
});

test("vectors of texts", async () => {
  const { embeddings } = await new Ollama({ host: demo.url }).embed({
    model: "demo",
    input: ["a fox", "a fox"],
  });
  expect(embeddings).toHaveLength(2);
  expect(embeddings[0]).toEqual(embeddings[1]);
});

test("errors are one line of text", async () => {
  const client = new Ollama({ host: demo.url });
  await expect(client.chat({ model: "no", messages })).rejects.toThrow(/The model 'no' does not exist here/);
  await expect(client.generate({ model: "demo", prompt: "a", template: "x" })).rejects.toThrow(
    /'template' is not supported/,
  );
  const long = "Once upon a time. ".repeat(300);
  await expect(client.generate({ model: "demo", prompt: long })).rejects.toThrow(/context/);
});
