import Anthropic from "@anthropic-ai/sdk";
import { afterAll, beforeAll, expect, test } from "vitest";
import { scriptedServer } from "../../../test/scripted-server.ts";
import type { RunningServer } from "../../index.ts";

const CALL = '<tool_call>\n{"name": "weather", "arguments": {"city": "Oslo"}}\n</tool_call>';
const tools = [{ name: "weather", input_schema: { type: "object" as const, properties: {} } }];
const ask = { model: "actor", max_tokens: 100, messages: [{ role: "user" as const, content: "How is it?" }] };

let actor: RunningServer;
let said: unknown;
let aborted = 0;
let client: Anthropic;
beforeAll(async () => {
  actor = await scriptedServer(
    {
      pace: 1,
      onAbort: () => aborted++,
      say(messages, options) {
        said = { messages, thinking: options.thinking, budget: options.thoughtBudget };
        return `<think>Hm.</think>Sunny, they say.${options.tools ? CALL : ""}`;
      },
    },
    { apiKey: "sixteen letters." },
  );
  client = new Anthropic({ baseURL: actor.url, apiKey: "sixteen letters.", maxRetries: 0 });
});
afterAll(() => actor?.close());

test("a message has its thought, its text and its call as blocks", async () => {
  const message = await client.messages.create({
    ...ask,
    tools,
    system: "Be brief.",
    thinking: { type: "enabled", budget_tokens: 2000 },
  });
  expect(message).toMatchObject({ type: "message", role: "assistant", stop_reason: "tool_use" });
  expect(message.content).toMatchObject([
    { type: "thinking", thinking: "Hm." },
    { type: "text", text: "Sunny, they say." },
    { type: "tool_use", name: "weather", input: { city: "Oslo" } },
  ]);
  expect(message.usage.output_tokens).toBeGreaterThan(5);
  expect(said).toMatchObject({
    messages: [{ role: "system" }, { role: "user" }],
    thinking: true,
    budget: 2000,
  });
});

test("a stream makes the same message", async () => {
  const stream = client.messages.stream({ ...ask, tools });
  let text = "";
  stream.on("text", (piece) => {
    text += piece;
  });
  const message = await stream.finalMessage();
  expect(text).toBe("Sunny, they say.");
  expect(message.content).toMatchObject([
    { type: "thinking", thinking: "Hm." },
    { type: "text", text },
    { type: "tool_use", name: "weather", input: { city: "Oslo" } },
  ]);
  expect(message).toMatchObject({ stop_reason: "tool_use", usage: { output_tokens: expect.any(Number) } });
});

test("the events of a stream are in Anthropic's order, and the first tells how much was read", async () => {
  const types: string[] = [];
  const counted: number[] = [];
  for await (const event of await client.messages.create({ ...ask, tools, stream: true })) {
    const inner = event.type === "content_block_start" ? event.content_block.type : "";
    const delta = event.type === "content_block_delta" ? event.delta.type : "";
    const name = [event.type, inner, delta].filter((part) => part !== "").join(" ");
    if (types.at(-1) !== name) types.push(name);
    if (event.type === "message_start") counted.push(event.message.usage.input_tokens);
    if (event.type === "message_delta") counted.push(event.usage.input_tokens!);
  }
  expect(types).toEqual([
    "message_start",
    ...["content_block_start thinking", "content_block_delta thinking_delta", "content_block_stop"],
    ...["content_block_start text", "content_block_delta text_delta", "content_block_stop"],
    ...["content_block_start tool_use", "content_block_delta input_json_delta", "content_block_stop"],
    ...["message_delta", "message_stop"],
  ]);
  const { input_tokens } = await client.messages.countTokens({
    model: "actor",
    messages: ask.messages,
    tools,
  });
  expect(counted).toEqual([input_tokens, input_tokens]);
});

test("results of tools and thoughts go back as the model wrote them", async () => {
  const { content } = await client.messages.create({ ...ask, tools });
  const call = content.find((block) => block.type === "tool_use")!;
  const result = { type: "tool_result" as const, tool_use_id: call.id, content: "rain" };
  const messages = [
    ...ask.messages,
    { role: "assistant" as const, content },
    { role: "user" as const, content: [result, { type: "text" as const, text: "So?" }] },
  ];
  await client.messages.create({ ...ask, messages });
  expect(said).toMatchObject({
    messages: [
      { role: "user" },
      {
        role: "assistant",
        reasoning_content: "Hm.",
        tool_calls: [{ id: call.id, function: { name: "weather" } }],
      },
      { role: "tool", tool_call_id: call.id, content: "rain" },
      { role: "user", content: "So?" },
    ],
  });
});

test("it says what ended an answer", async () => {
  const stopped = await client.messages.create({ ...ask, stop_sequences: ["they"] });
  expect(stopped).toMatchObject({ stop_reason: "stop_sequence", stop_sequence: "they" });
  expect(await client.messages.create({ ...ask, max_tokens: 2 })).toMatchObject({
    stop_reason: "max_tokens",
  });
  expect(await client.messages.create(ask)).toMatchObject({ stop_reason: "end_turn", stop_sequence: null });
});

test("tokens are counted as the model would read them", async () => {
  const { input_tokens } = await client.messages.countTokens({ model: "actor", messages: ask.messages });
  expect(input_tokens).toBe((await client.messages.create(ask)).usage.input_tokens);
});

test("errors are Anthropic's", async () => {
  const wrong = new Anthropic({ baseURL: actor.url, apiKey: "another key", maxRetries: 0 });
  await expect(wrong.messages.create(ask)).rejects.toBeInstanceOf(Anthropic.AuthenticationError);
  await expect(client.messages.create({ ...ask, model: "no" })).rejects.toBeInstanceOf(
    Anthropic.NotFoundError,
  );
  const image = {
    type: "image" as const,
    source: { type: "url" as const, url: "https://example.org/a.png" },
  };
  const seen = client.messages.create({ ...ask, messages: [{ role: "user", content: [image] }] });
  await expect(seen).rejects.toMatchObject({
    status: 400,
    error: { error: { type: "invalid_request_error" } },
  });
});

test("a client that goes away ends its answer", async () => {
  const before = aborted;
  const stream = client.messages.stream(ask);
  await expect(async () => {
    for await (const _ of stream) stream.abort();
  }).rejects.toThrow("aborted");
  await expect.poll(() => aborted).toBe(before + 1);
});
