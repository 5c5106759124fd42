import OpenAI, { APIUserAbortError, BadRequestError, NotFoundError } from "openai";
import { afterAll, beforeAll, expect, test } from "vitest";
import { demoServer } from "../../../test/demo-server.ts";
import { scriptedServer } from "../../../test/scripted-server.ts";
import type { RunningServer } from "../../index.ts";

const messages = [{ role: "user" as const, content: "Once upon a time" }];
const tools = [
  {
    type: "function" as const,
    function: { name: "weather", parameters: { type: "object", properties: { city: { type: "string" } } } },
  },
];
const THOUGHT = "<think>Let me see.</think>";
const CALL = '<tool_call>\n{"name": "weather", "arguments": {"city": "Oslo"}}\n</tool_call>';

let demo: RunningServer;
let actor: RunningServer;
let aborted = 0;
let said = "";
let client: OpenAI;
let scripted: OpenAI;

beforeAll(async () => {
  demo = await demoServer();
  actor = await scriptedServer({
    pace: 1,
    onAbort: () => aborted++,
    say(asked, options) {
      said = JSON.stringify(asked);
      if (options.tools) return `${THOUGHT}${CALL}${CALL}`;
      return `${THOUGHT}It is sunny.${asked.length > 2 ? " END of it." : ""}`;
    },
  });
  client = clientOf(demo);
  scripted = clientOf(actor);
});
afterAll(async () => {
  await demo?.close();
  await actor?.close();
});

function clientOf({ url }: RunningServer): OpenAI {
  return new OpenAI({ baseURL: `${url}/v1`, apiKey: "none", maxRetries: 0 });
}

test("the demo model continues a conversation's text, streamed and whole alike", async () => {
  const ask = { model: "demo", messages, max_tokens: 12, seed: 3, temperature: 0.8 };
  const whole = await client.chat.completions.create(ask);
  expect(whole).toMatchObject({ object: "chat.completion", model: "demo", usage: { completion_tokens: 12 } });
  expect(whole.choices[0]).toMatchObject({ finish_reason: "length", message: { role: "assistant" } });
  let [text, last, usage] = ["", {}, {}];
  const stream = await client.chat.completions.create({
    ...ask,
    stream: true,
    stream_options: { include_usage: true },
  });
  for await (const chunk of stream) {
    text += chunk.choices[0]?.delta.content ?? "";
    if (chunk.choices[0]?.finish_reason) last = chunk;
    if (chunk.usage) usage = chunk.usage;
  }
  expect(text).toBe(whole.choices[0]!.message.content);
  expect(last).toMatchObject({ timings: { completionTokens: 12, tokensPerSecond: expect.any(Number) } });
  expect(usage).toMatchObject({ prompt_tokens: whole.usage!.prompt_tokens, completion_tokens: 12 });
});

test("several answers to one question differ, and do so again with the same seed", async () => {
  const ask = { model: "demo", messages, max_tokens: 12, n: 3, seed: 1, temperature: 1.5 };
  const [one, two] = await Promise.all([
    client.chat.completions.create(ask),
    client.chat.completions.create(ask),
  ]);
  const texts = one.choices.map(({ message }) => message.content);
  expect(new Set(texts).size).toBe(3);
  expect(two.choices.map(({ message }) => message.content)).toEqual(texts);
  expect(one.usage!.completion_tokens).toBeGreaterThan(12);
  const streamed = ["", "", ""];
  const ends: number[] = [];
  for await (const { choices } of await client.chat.completions.create({ ...ask, stream: true })) {
    for (const { index, delta, finish_reason } of choices) {
      streamed[index] += delta.content ?? "";
      if (finish_reason) ends.push(index);
    }
  }
  expect(streamed).toEqual(texts);
  expect(ends.sort()).toEqual([0, 1, 2]);
});

test("a bias makes a token come always, or never", async () => {
  const ask = { model: "demo", messages, max_tokens: 3, temperature: 0, logprobs: true };
  const free = await client.chat.completions.create(ask);
  const [first] = free.choices[0]!.logprobs!.content!;
  const init = { method: "POST", body: JSON.stringify({ content: first!.token }) };
  const { tokens } = (await (await fetch(`${demo.url}/tokenize`, init)).json()) as { tokens: number[] };
  const biased = async (bias: number) => {
    const { choices } = await client.chat.completions.create({ ...ask, logit_bias: { [tokens[0]!]: bias } });
    return choices[0]!.logprobs!.content!.map(({ token }) => token);
  };
  expect(new Set(await biased(100))).toEqual(new Set([first!.token]));
  expect(await biased(-100)).not.toContain(first!.token);
});

test("log-probabilities of the tokens and of the likeliest beside them", async () => {
  const { choices } = await client.chat.completions.create({
    model: "demo",
    messages,
    max_tokens: 4,
    temperature: 0,
    logprobs: true,
    top_logprobs: 3,
  });
  const content = choices[0]!.logprobs!.content!;
  expect(content.map(({ token }) => token).join("")).toBe(choices[0]!.message.content);
  for (const { token, logprob, top_logprobs } of content) {
    expect(top_logprobs).toHaveLength(3);
    expect(top_logprobs[0]).toMatchObject({ token, logprob });
    expect(top_logprobs.reduce((sum, one) => sum + Math.exp(one.logprob), 0)).toBeLessThanOrEqual(1.0001);
  }
});

test("streamed, log-probabilities come with their text, and are those of the whole answer", async () => {
  const ask = {
    model: "demo",
    messages,
    max_tokens: 8,
    temperature: 0,
    logprobs: true,
    top_logprobs: 2,
  } as const;
  const whole = await client.chat.completions.create(ask);
  const told: unknown[] = [];
  let chunks = 0;
  for await (const { choices } of await client.chat.completions.create({ ...ask, stream: true })) {
    const { delta, logprobs } = choices[0]!;
    if (!logprobs?.content) continue;
    told.push(...logprobs.content);
    if (delta.content) chunks++;
  }
  expect(told).toEqual(whole.choices[0]!.logprobs!.content);
  expect(chunks).toBeGreaterThan(3);
  const plain = { model: "demo", prompt: "Once", max_tokens: 8, temperature: 0, logprobs: 1 };
  const one = await client.completions.create(plain);
  const offsets: number[] = [];
  for await (const { choices } of await client.completions.create({ ...plain, stream: true }))
    offsets.push(...(choices[0]?.logprobs?.text_offset ?? []));
  expect(offsets).toEqual(one.choices[0]!.logprobs!.text_offset);
});

test("thoughts come apart from the answer", async () => {
  const { choices, usage } = await scripted.chat.completions.create({ model: "actor", messages });
  expect(choices[0]!.message).toMatchObject({ content: "It is sunny.", reasoning_content: "Let me see." });
  expect(usage!.completion_tokens_details!.reasoning_tokens).toBeGreaterThan(0);
});

test("calls of tools, whole and put together from a stream", async () => {
  const expected = { type: "function", function: { name: "weather", arguments: '{"city":"Oslo"}' } };
  const whole = await scripted.chat.completions.create({ model: "actor", messages, tools });
  expect(whole.choices[0]).toMatchObject({ finish_reason: "tool_calls", message: { content: null } });
  expect(whole.choices[0]!.message.tool_calls).toMatchObject([expected, expected]);
  const streamed = await scripted.chat.completions
    .stream({ model: "actor", messages, tools })
    .finalChatCompletion();
  expect(streamed.choices[0]!.message.tool_calls).toMatchObject([expected, expected]);
  const single = await scripted.chat.completions.create({
    model: "actor",
    messages,
    tools,
    parallel_tool_calls: false,
  });
  expect(single.choices[0]!.message.tool_calls).toHaveLength(1);
  expect(single.choices[0]!.finish_reason).toBe("tool_calls");
});

test("a conversation with calls and their results reaches the model whole", async () => {
  await scripted.chat.completions
    .create({
      model: "actor",
      stop: "END",
      messages: [
        { role: "developer", content: [{ type: "text", text: "Be brief." }] },
        ...messages,
        {
          role: "assistant",
          tool_calls: [{ id: "c1", type: "function", function: { name: "weather", arguments: "{}" } }],
        },
        { role: "tool", tool_call_id: "c1", content: "sunny" },
      ],
    })
    .then(({ choices }) => {
      expect(choices[0]).toMatchObject({ finish_reason: "stop", message: { content: "It is sunny. " } });
    });
  expect(JSON.parse(said)).toMatchObject([
    { role: "system" },
    { role: "user" },
    { tool_calls: [{ id: "c1" }] },
    { role: "tool" },
  ]);
});

test("what cannot be done is refused by name, and an unknown member is not", async () => {
  const refused = async (more: object, param: string) => {
    const error = await client.chat.completions
      .create({ model: "demo", messages, max_tokens: 1, ...more })
      .catch((e) => e);
    expect(error).toBeInstanceOf(BadRequestError);
    expect(error).toMatchObject({ status: 400, param, requestID: expect.stringMatching(/^req_/) });
  };
  await refused({ temperature: 9 }, "temperature");
  await refused({ messages: [] }, "messages");
  await refused(
    { messages: [{ role: "user", content: [{ type: "image_url", image_url: { url: "x" } }] }] },
    "messages[0].content[0]",
  );
  await refused({ tools, tool_choice: { type: "function", function: { name: "other" } } }, "tool_choice");
  await refused({ functions: [] }, "functions");
  await refused({ modalities: ["audio"] }, "modalities");
  await refused({ logit_bias: { x: 1 } }, "logit_bias");
  const fine = await client.chat.completions.create({
    model: "demo",
    messages,
    max_tokens: 1,
    nobody_knows: 1,
  } as never);
  expect(fine).toMatchObject({ object: "chat.completion" });
});

test("a model that is not there is 404 with the names of those that are", async () => {
  const error = await client.chat.completions.create({ model: "../secret", messages }).catch((e) => e);
  expect(error).toBeInstanceOf(NotFoundError);
  expect(error).toMatchObject({ code: "model_not_found", message: expect.stringContaining("demo") });
});

test("a text longer than the context is refused, streamed or not, and nothing is cut", async () => {
  const long = [{ role: "user" as const, content: "Once upon a time. ".repeat(300) }];
  for (const stream of [false, true]) {
    const error = await client.chat.completions
      .create({ model: "demo", messages: long, stream })
      .catch((e) => e);
    expect(error).toMatchObject({ status: 400, code: "context_length_exceeded" });
  }
});

test("where it is asked for, the oldest tokens go, and the answer says how many", async () => {
  const long = [{ role: "user" as const, content: "Once upon a time. ".repeat(300) }];
  const ask = { model: "demo", messages: long, temperature: 0, context_overflow: "sliding" as unknown };
  const sliding = await client.chat.completions.create({ ...ask, max_tokens: 4 });
  expect(sliding).toMatchObject({
    usage: { completion_tokens: 4 },
    timings: { droppedTokens: expect.any(Number) },
  });
  // Without a limit of its own it ends after a context of tokens.
  const endless = await client.chat.completions.create({ ...ask, logit_bias: { 1: -100 } });
  expect(endless).toMatchObject({
    usage: { completion_tokens: 512 },
    choices: [{ finish_reason: "length" }],
  });
  const wrong = { ...ask, max_tokens: 4, context_overflow: { policy: "sliding", keep: 9999 } };
  const refused = await client.chat.completions.create(wrong).catch((e) => e);
  expect(refused).toMatchObject({ status: 400, message: expect.stringContaining("keep") });
});

test("a client that goes away ends its answer", async () => {
  const before = aborted;
  const abort = new AbortController();
  const ask = { model: "actor", messages, stream: true } as const;
  const stream = await scripted.chat.completions.create(ask, { signal: abort.signal });
  for await (const _ of stream) abort.abort();
  const waiting = new AbortController();
  const whole = scripted.chat.completions.create({ model: "actor", messages }, { signal: waiting.signal });
  setTimeout(() => waiting.abort(), 10);
  await expect(whole).rejects.toBeInstanceOf(APIUserAbortError);
  await expect.poll(() => aborted).toBe(before + 2);
  const status = await (await fetch(`${actor.url}/engine/status`)).json();
  expect(status).toMatchObject({ requests: { running: 0, waiting: 0 } });
});
