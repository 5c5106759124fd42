import OpenAI, { BadRequestError } from "openai";
import { afterAll, beforeAll, expect, test } from "vitest";
import { demoServer } from "../../../test/demo-server.ts";
import { chatFolder } from "../../../test/scripted-model.ts";
import type { RunningServer } from "../../index.ts";

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

const messages = [{ role: "user" as const, content: "Once" }];
const sampling = { model: "demo", temperature: 1, seed: 1, max_tokens: 60 };
const schema = { type: "object", properties: { ok: { type: "boolean" } }, required: ["ok"] };

/** As Python's `extra_body`: members that the client's types do not know. */
async function chat(extra: object): Promise<OpenAI.ChatCompletion.Choice> {
  const { choices } = await client.chat.completions.create({ ...sampling, messages, ...extra });
  return choices[0]!;
}

test.each<[string, object, RegExp]>([
  ["regex", { structured_outputs: { regex: "[A-C]{2}-[0-9]{3}" } }, /^[A-C]{2}-[0-9]{3}$/],
  ["choice", { structured_outputs: { choice: ["a cat", 'a "dog"\n', "한국"] } }, /^(a cat|a "dog"\n|한국)$/],
  ["grammar", { structured_outputs: { grammar: 'root ::= "(" root ")" | "x"' } }, /^\(*x\)*$/],
  ["a schema", { structured_outputs: { json: schema, regex: null } }, /^\{\s*"ok"\s*:\s*(true|false)\s*\}$/],
  ["a schema as text", { guided_json: JSON.stringify(schema) }, /^\{\s*"ok"\s*:\s*(true|false)\s*\}$/],
  ["regex, by its older name", { guided_regex: "(yes|no)!{1,3}" }, /^(yes|no)!{1,3}$/],
  ["choice, by its older name", { guided_choice: ["x", "y"] }, /^(x|y)$/],
  [
    "choice, where calls are ruled out",
    { guided_choice: ["x"], tools: [tool()], tool_choice: "none" },
    /^x$/,
  ],
])("%s holds the answer, whole, streamed and in a plain completion", async (_, extra, expected) => {
  const { message, finish_reason } = await chat(extra);
  expect(message.content).toMatch(expected);
  expect(finish_reason).toBe("stop");
  const stream = client.chat.completions.stream({ ...sampling, messages, ...extra });
  expect(await stream.finalContent()).toBe(message.content);
  const plain = await client.completions.create({ ...sampling, prompt: "Once", n: 2, ...extra });
  for (const { text } of plain.choices) expect(text).toMatch(expected);
});

test("a response is held too", async () => {
  const ask = { model: "demo", input: "Once", max_output_tokens: 60 };
  const response = await client.responses.create({
    ...ask,
    ...{ structured_outputs: { choice: ["x", "y"] } },
  });
  expect(response.output_text).toMatch(/^(x|y)$/);
});

const response_format = { type: "json_object" };
test.each<[string, object, string | null, string]>([
  ["an expression that cannot be read", { structured_outputs: { regex: "(a" } }, null, "parenthesis"],
  ["an expression no grammar knows", { guided_regex: "(?=a)b" }, null, "Lookahead is not supported"],
  ["a grammar without a root", { guided_grammar: "a ::= b" }, null, "cannot be made"],
  ["no form", { structured_outputs: {} }, "structured_outputs", "names no form"],
  ["two forms", { structured_outputs: { regex: "a", choice: ["a"] } }, "structured_outputs.choice", "both"],
  ["two names", { structured_outputs: { regex: "a" }, guided_regex: "a" }, "guided_regex", "both"],
  ["beside response_format", { guided_choice: ["a"], response_format }, "guided_choice", "'response_format'"],
  ["no choice", { structured_outputs: { choice: [] } }, "structured_outputs.choice", "Too small"],
  ["a choice of nothing", { guided_choice: ["a", ""] }, "guided_choice[1]", "Too small"],
  ["no text", { structured_outputs: { regex: 1 } }, "structured_outputs.regex", "expected string"],
  ["no schema", { guided_json: "[1]" }, "guided_json", "no JSON schema"],
  ["broken JSON", { guided_json: "{" }, null, "'guided_json' is no JSON"],
  ["JSON without an end", { guided_json: '{"a":'.repeat(99_000) }, null, "'guided_json' is no JSON"],
  ["deep JSON", { guided_json: `${"[".repeat(200)}${"]".repeat(200)}` }, null, "more than 64 deep"],
  [
    "tags",
    { structured_outputs: { structural_tag: "x" } },
    "structured_outputs.structural_tag",
    "regex, choice",
  ],
  ["beside tools", { guided_regex: "a", tools: [tool()] }, "structured_outputs", "can be no call"],
  [
    "beside a call that must come",
    { guided_regex: "a", tools: [tool()], tool_choice: "required" },
    "structured_outputs",
    "can be no call",
  ],
])("%s: 400 that says so", async (_, extra, param, why) => {
  const error = await chat(extra).catch((thrown) => thrown);
  expect(error).toBeInstanceOf(BadRequestError);
  expect(error.param ?? null).toBe(param);
  expect(error.message).toContain(why);
});

function tool(): object {
  return { type: "function", function: { name: "f", parameters: { type: "object", properties: {} } } };
}
