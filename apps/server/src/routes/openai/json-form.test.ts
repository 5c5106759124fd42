import Anthropic from "@anthropic-ai/sdk";
import { Ollama } from "ollama";
import OpenAI from "openai";
import { afterAll, beforeAll, expect, test } from "vitest";
import { demoServer } from "../../../test/demo-server.ts";
import { chatFolder } from "../../../test/scripted-model.ts";
import type { RunningServer } from "../../index.ts";

const schema = {
  type: "object",
  properties: { hero: { enum: ["Pip", "Luna"] }, brave: { type: "boolean" } },
  required: ["hero", "brave"],
  additionalProperties: false,
};
const due = { hero: expect.stringMatching(/^(Pip|Luna)$/), brave: expect.any(Boolean) };
const messages = [{ role: "user" as const, content: "Once upon a time" }];

let folder: Awaited<ReturnType<typeof chatFolder>>;
let server: RunningServer;
let client: OpenAI;
beforeAll(async () => {
  folder = await chatFolder();
  server = await demoServer({ models: [{ id: "demo", path: folder.path }] });
  client = new OpenAI({ baseURL: `${server.url}/v1`, apiKey: "none", maxRetries: 0 });
});
afterAll(async () => {
  await server?.close();
  await folder?.[Symbol.asyncDispose]();
});

test("every API holds the answer to a schema", async () => {
  const response_format = { type: "json_schema" as const, json_schema: { name: "tale", schema } };
  const ask = { model: "demo", messages, max_tokens: 80, seed: 1 };
  const whole = await client.chat.completions.create({ ...ask, n: 2, response_format });
  for (const { message } of whole.choices) expect(JSON.parse(message.content!)).toEqual(due);
  const stream = client.chat.completions.stream({ ...ask, response_format });
  expect(JSON.parse((await stream.finalContent())!)).toEqual(due);
  const format = { type: "json_schema" as const, name: "tale", schema };
  const response = await client.responses.create({
    model: "demo",
    input: "Once",
    max_output_tokens: 80,
    text: { format },
  });
  expect(JSON.parse(response.output_text)).toEqual(due);
  const told = await new Ollama({ host: server.url }).chat({ model: "demo", messages, format: schema });
  expect(JSON.parse(told.message.content)).toEqual(due);
  const anthropic = new Anthropic({ baseURL: server.url, apiKey: "none" });
  const output_config = { format: { type: "json_schema" as const, schema } };
  const { content } = await anthropic.messages.create({
    model: "demo",
    messages,
    max_tokens: 80,
    output_config,
  });
  expect(JSON.parse(content[0]!.type === "text" ? content[0]!.text : "")).toEqual(due);
});

test("what is no schema is refused", async () => {
  const form = (given: object) => ({
    type: "json_schema" as const,
    json_schema: { name: "a", schema: given as Record<string, unknown> },
  });
  const ask = { model: "demo", messages, max_tokens: 5 };
  const broken = client.chat.completions.create({ ...ask, response_format: form({ type: "nonsense" }) });
  await expect(broken).rejects.toMatchObject({ status: 400, code: "invalid_value" });
  const after = await client.chat.completions.create({
    ...ask,
    max_tokens: 80,
    response_format: form(schema),
  });
  expect(JSON.parse(after.choices[0]!.message.content!)).toEqual(due);
});
