import OpenAI from "openai";
import type { ResponseInput } from "openai/resources/responses/responses";
import { afterAll, beforeAll, expect, test } from "vitest";
import { demoServer } from "../../../test/demo-server.ts";
import { scriptedServer } from "../../../test/scripted-server.ts";
import type { RunningServer } from "../../index.ts";

const CALL = '<tool_call>\n{"name": "weather", "arguments": {"city": "Oslo"}}\n</tool_call>';
const tools = [
  {
    type: "function" as const,
    name: "weather",
    strict: false,
    parameters: { type: "object", properties: {} },
  },
];

let actor: RunningServer;
let said: unknown;
let client: OpenAI;
beforeAll(async () => {
  actor = await scriptedServer({
    say(messages, options) {
      said = messages;
      return `<think>Hm.</think>Sunny.${options.tools ? CALL : ""}`;
    },
  });
  client = new OpenAI({ baseURL: `${actor.url}/v1`, apiKey: "none", maxRetries: 0 });
});
afterAll(() => actor?.close());

test("a response has its thought, its text and its call as items", async () => {
  const response = await client.responses.create({
    model: "actor",
    input: "How is it?",
    instructions: "Be brief.",
    tools,
  });
  expect(response).toMatchObject({
    status: "completed",
    output_text: "Sunny.",
    usage: { input_tokens: expect.any(Number) },
  });
  expect(response.output).toMatchObject([
    { type: "reasoning", content: [{ type: "reasoning_text", text: "Hm." }] },
    { type: "message", content: [{ type: "output_text", text: "Sunny." }] },
    { type: "function_call", name: "weather", arguments: '{"city":"Oslo"}' },
  ]);
  expect(said).toMatchObject([
    { role: "system", content: "Be brief." },
    { role: "user", content: "How is it?" },
  ]);
});

test("what came out goes in again as it is", async () => {
  const input = [{ role: "user" as const, content: "How is it?" }];
  const { output } = await client.responses.create({ model: "actor", input, tools });
  const call = output.find((item) => item.type === "function_call")!;
  const result = { type: "function_call_output" as const, call_id: call.call_id, output: "rain" };
  await client.responses.create({ model: "actor", input: [...input, ...output, result] as ResponseInput });
  expect(said).toMatchObject([
    { role: "user" },
    {
      role: "assistant",
      reasoning_content: "Hm.",
      content: "Sunny.",
      tool_calls: [{ function: { name: "weather" } }],
    },
    { role: "tool", content: "rain" },
  ]);
});

test("the events of a stream are in order, numbered, and make the same response", async () => {
  const types: string[] = [];
  const numbers: number[] = [];
  const stream = client.responses.stream({ model: "actor", input: "How is it?", tools });
  for await (const event of stream) {
    types.push(event.type);
    numbers.push(event.sequence_number);
  }
  const final = await stream.finalResponse();
  expect(final.output_text).toBe("Sunny.");
  expect(numbers).toEqual(numbers.map((_, index) => index));
  expect(types.filter((type, index) => type !== types[index - 1])).toEqual([
    "response.created",
    "response.in_progress",
    ...["output_item.added", "content_part.added", "reasoning_text.delta", "reasoning_text.done"].map(
      (type) => `response.${type}`,
    ),
    ...["content_part.done", "output_item.done", "output_item.added", "content_part.added"].map(
      (type) => `response.${type}`,
    ),
    ...["output_text.delta", "output_text.done", "content_part.done", "output_item.done"].map(
      (type) => `response.${type}`,
    ),
    ...["output_item.added", "function_call_arguments.delta", "function_call_arguments.done"].map(
      (type) => `response.${type}`,
    ),
    "response.output_item.done",
    "response.completed",
  ]);
});

test("an answer that was cut is incomplete", async () => {
  const response = await client.responses.create({ model: "actor", input: "How?", max_output_tokens: 4 });
  expect(response).toMatchObject({
    status: "incomplete",
    incomplete_details: { reason: "max_output_tokens" },
  });
});

test("what is longer than the context is refused; with truncation the oldest tokens go, and the response says how many", async () => {
  const demo = await demoServer();
  try {
    const { responses } = new OpenAI({ baseURL: `${demo.url}/v1`, apiKey: "none", maxRetries: 0 });
    const ask = { model: "demo", input: "Once upon a time. ".repeat(300), max_output_tokens: 4 };
    await expect(responses.create(ask)).rejects.toMatchObject({ code: "context_length_exceeded" });
    const cut = await responses.create({ ...ask, truncation: "auto" });
    expect(cut).toMatchObject({ truncation: "auto", timings: { droppedTokens: expect.any(Number) } });
    expect(cut.output_text).not.toBe("");
    const short = await responses.create({ ...ask, input: "Once", truncation: "auto" });
    expect((short as { timings?: object }).timings).not.toHaveProperty("droppedTokens");
  } finally {
    await demo.close();
  }
});

test("what this server does not keep cannot be asked for", async () => {
  for (const [param, value] of [
    ["previous_response_id", "resp_1"],
    ["background", true],
  ] as const) {
    const asked = client.responses.create({ model: "actor", input: "a", [param]: value } as never);
    await expect(asked).rejects.toMatchObject({ status: 400, param });
  }
});

test("items that lack what their type needs are refused by place", async () => {
  for (const item of [
    { type: "function_call_output", call_id: "a" },
    { type: "function_call_output", call_id: "a", output: true },
    { type: "reasoning", content: "thought" },
    { type: "web_search_call" },
  ]) {
    const asked = client.responses.create({ model: "actor", input: [item] as never });
    await expect(asked).rejects.toMatchObject({ status: 400, param: expect.stringMatching(/^input\[0\]/) });
  }
});
