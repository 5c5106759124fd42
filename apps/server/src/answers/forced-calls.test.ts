import Anthropic from "@anthropic-ai/sdk";
import { backends, registry } from "@engine/engine";
import OpenAI, { BadRequestError } from "openai";
import { afterAll, beforeAll, expect, test } from "vitest";
import { chatFolder } from "../../test/scripted-model.ts";
import { type RunningServer, serve } from "../index.ts";

/** Opens a thought for the model, and marks calls with tokens that no grammar here knows. */
const LFM = "{{ bos_token }}{{ messages[0].content }}{# <|tool_call_start|> #}";
const THINKS = "{{ bos_token }}{{ messages[0].content }}<think>{# <tool_call></think> #}";

let server: RunningServer;
let folders: (AsyncDisposable & { readonly path: string })[];
let openai: OpenAI;
let anthropic: Anthropic;
beforeAll(async () => {
  folders = [await chatFolder(), await chatFolder(LFM), await chatFolder(THINKS)];
  const ids = ["talker", "lfm", "thinker"];
  server = await serve({
    port: 0,
    models: folders.map(({ path }, i) => ({ id: ids[i]!, path })),
    loading: { registry: registry(), backend: backends(), sessions: 4, context: 512 },
  });
  await server.ready;
  openai = new OpenAI({ baseURL: `${server.url}/v1`, apiKey: "none", maxRetries: 0 });
  anthropic = new Anthropic({ baseURL: server.url, apiKey: "none", maxRetries: 0 });
});
afterAll(async () => {
  await server?.close();
  for (const folder of folders ?? []) await folder[Symbol.asyncDispose]();
});

const parameters = {
  type: "object" as const,
  properties: { size: { enum: ["small", "large"] }, count: { type: "integer", minimum: 1, maximum: 9 } },
  required: ["size", "count"],
};
const functionOf = (name: string, more: object = {}) => ({
  type: "function" as const,
  function: { name, parameters, ...more },
});
const tools = [functionOf("order"), functionOf("cancel")];
const messages = [{ role: "user" as const, content: "A fox" }];
const sampling = { seed: 1, temperature: 1, frequency_penalty: 2, max_tokens: 150 };
const ask = { model: "talker", messages, tools, ...sampling };

function fits(json: string): boolean {
  const { size, count, ...more } = JSON.parse(json);
  return ["small", "large"].includes(size) && count >= 1 && count <= 9 && Object.keys(more).length === 0;
}

test("OpenAI: a call comes when one is required, of the function that is named, from a model that knows none", async () => {
  for (const [choice, names] of [
    ["required", ["order", "cancel"]],
    [{ type: "function", function: { name: "cancel" } }, ["cancel"]],
    [{ type: "allowed_tools", allowed_tools: { mode: "required", tools: [functionOf("order")] } }, ["order"]],
  ] as const) {
    const { choices } = await openai.chat.completions.create({ ...ask, tool_choice: choice as "required" });
    const { message, finish_reason } = choices[0]!;
    expect([message.content, finish_reason]).toEqual([null, "tool_calls"]);
    expect(message.tool_calls).toHaveLength(1);
    const call = message.tool_calls![0] as OpenAI.ChatCompletionMessageFunctionToolCall;
    expect(names).toContain(call.function.name);
    expect(fits(call.function.arguments)).toBe(true);
  }
});

test("OpenAI: streamed it is the same call", async () => {
  const whole = await openai.chat.completions.create({ ...ask, tool_choice: "required" });
  const streamed = await openai.chat.completions
    .stream({ ...ask, tool_choice: "required" })
    .finalChatCompletion();
  const called = ({ choices }: OpenAI.ChatCompletion) =>
    choices[0]!.message.tool_calls!.map((call) => call.type === "function" && call.function);
  expect(called(streamed)).toMatchObject(called(whole));
});

test("OpenAI's responses: a call is the only item", async () => {
  const flat = tools.map(({ function: { name } }) => ({
    type: "function" as const,
    name,
    parameters,
    strict: true,
  }));
  for (const choice of ["required", { type: "function", name: "order" }] as const) {
    const { output, status } = await openai.responses.create({
      model: "talker",
      input: "A fox",
      tools: flat,
      tool_choice: choice,
      max_output_tokens: 150,
      temperature: 1,
      seed: 5,
    } as OpenAI.Responses.ResponseCreateParamsNonStreaming);
    expect(status).toBe("completed");
    expect(output).toMatchObject([{ type: "function_call" }]);
    expect(fits((output[0] as OpenAI.Responses.ResponseFunctionToolCall).arguments)).toBe(true);
  }
});

test("Anthropic: any tool, and one by its name", async () => {
  const own = tools.map(({ function: { name } }) => ({ name, input_schema: parameters }));
  for (const choice of [{ type: "any" }, { type: "tool", name: "cancel" }] as const) {
    const message = await anthropic.messages.create({
      model: "talker",
      messages,
      max_tokens: 150,
      tools: own,
      tool_choice: choice,
    });
    expect(message.stop_reason).toBe("tool_use");
    expect(message.content).toMatchObject([{ type: "tool_use" }]);
    const [call] = message.content as Anthropic.ToolUseBlock[];
    expect(fits(JSON.stringify(call!.input))).toBe(true);
    if (choice.type === "tool") expect(call!.name).toBe("cancel");
  }
});

test("a thought that the template opens is free, and the call comes after it", async () => {
  const { choices } = await openai.chat.completions.create({
    ...ask,
    model: "thinker",
    tool_choice: "required",
    thought_budget: 8,
  } as OpenAI.ChatCompletionCreateParamsNonStreaming);
  const { message } = choices[0]!;
  expect((message as { reasoning_content?: string }).reasoning_content).toMatch(/\w/);
  expect(message.tool_calls).toHaveLength(1);
});

test("JSON and tools in one request: the answer is one of them", async () => {
  const schema = { type: "object", properties: { ok: { type: "boolean" } }, required: ["ok"] };
  const kinds = new Set<string>();
  for (let seed = 0; seed < 20 && kinds.size < 2; seed++) {
    const { choices } = await openai.chat.completions.create({
      ...ask,
      seed,
      temperature: 2,
      response_format: { type: "json_schema", json_schema: { name: "verdict", schema } },
    });
    const { content, tool_calls: calls } = choices[0]!.message;
    kinds.add(calls ? "call" : "JSON");
    if (calls) expect(fits((calls[0] as { function: { arguments: string } }).function.arguments)).toBe(true);
    else expect(typeof JSON.parse(content!).ok).toBe("boolean");
  }
  expect(kinds).toEqual(new Set(["call", "JSON"]));
});

test("strict tools leave the choice to the model", async () => {
  const strict = [functionOf("order", { strict: true })];
  const answer = await openai.chat.completions.create({ ...ask, tools: strict, max_tokens: 12 });
  expect(answer.choices[0]).toMatchObject({
    finish_reason: "length",
    message: { content: expect.any(String) },
  });
});

test("a family whose calls no grammar knows is refused by name, when a call is asked for", async () => {
  const free = await openai.chat.completions.create({ ...ask, model: "lfm", max_tokens: 4 });
  expect(free.choices[0]!.finish_reason).toBe("length");
  for (const more of [
    { tool_choice: "required" as const },
    { tools: [functionOf("order", { strict: true })] },
  ]) {
    const error = await openai.chat.completions.create({ ...ask, model: "lfm", ...more }).catch((e) => e);
    expect(error).toBeInstanceOf(BadRequestError);
    expect(error.message).toContain("lfm-calls");
  }
});

test("a schema that cannot be read is 400", async () => {
  const odd = { type: "function" as const, function: { name: "a", parameters: { type: "nonsense" } } };
  const error = await openai.chat.completions
    .create({ ...ask, tools: [odd], tool_choice: "required" })
    .catch((e) => e);
  expect(error).toBeInstanceOf(BadRequestError);
});
