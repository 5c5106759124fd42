import OpenAI from "openai";
import { afterAll, beforeAll, expect, test } from "vitest";
import { demoServer } from "../../../test/demo-server.ts";
import type { RunningServer } from "../../index.ts";

let demo: RunningServer;
let client: OpenAI;
beforeAll(async () => {
  demo = await demoServer();
  client = new OpenAI({ baseURL: `${demo.url}/v1`, apiKey: "none", maxRetries: 0 });
});
afterAll(() => demo?.close());

const prompt = "Once upon a time";

test("a text and its token ids are continued alike, alone, in company and streamed", async () => {
  const ask = { model: "demo", max_tokens: 10, temperature: 0 };
  const alone = await client.completions.create({ ...ask, prompt });
  const { tokens } = await post("/tokenize", { prompt, add_special_tokens: true });
  const both = await client.completions.create({ ...ask, prompt: [tokens, tokens], echo: true });
  const text = alone.choices[0]!.text;
  expect(both.choices.map((choice) => choice.text)).toEqual([prompt, prompt].map((p) => `<s>${p}${text}`));
  expect(both.usage).toMatchObject({ prompt_tokens: 2 * tokens.length, completion_tokens: 20 });
  const texts = ["", ""];
  const stream = await client.completions.create({ ...ask, prompt: [prompt, prompt], stream: true });
  for await (const { choices } of stream) for (const choice of choices) texts[choice.index] += choice.text;
  expect(texts).toEqual([text, text]);
});

test("log-probabilities in the form of plain completions", async () => {
  const { choices } = await client.completions.create({
    model: "demo",
    prompt,
    max_tokens: 3,
    temperature: 0,
    logprobs: 2,
  });
  const { tokens, token_logprobs, top_logprobs, text_offset } = choices[0]!.logprobs!;
  expect(tokens!.join("")).toBe(choices[0]!.text);
  expect(text_offset).toEqual([0, tokens![0]!.length, tokens![0]!.length + tokens![1]!.length]);
  expect(top_logprobs!.map((top, i) => top[tokens![i]!])).toEqual(token_logprobs);
});

test("log-probabilities of an echoed prompt are those its tokens had when they were answers, streamed alike", async () => {
  const ask = { model: "demo", temperature: 0, logprobs: 2 };
  const first = await client.completions.create({ ...ask, prompt, max_tokens: 6 });
  const said = first.choices[0]!;
  const { tokens } = await post("/tokenize", { prompt: prompt + said.text, add_special_tokens: true });
  for (const text of [prompt + said.text, tokens]) {
    const { choices } = await client.completions.create({ ...ask, prompt: text, max_tokens: 2, echo: true });
    const { text: all, logprobs } = choices[0]!;
    expect(logprobs!.tokens!.join("")).toBe(all);
    expect(logprobs!.text_offset![0]).toBe(0);
    // Of ids the first token is told, which nothing came before.
    if (typeof text !== "string")
      expect([logprobs!.token_logprobs![0], logprobs!.top_logprobs![0]]).toEqual([null, null]);
    const same = logprobs!.token_logprobs!.slice(-8, -2);
    for (const [i, value] of same.entries()) {
      expect(value).toBeCloseTo(said.logprobs!.token_logprobs![i]!, 3);
    }
    expect(Object.keys(logprobs!.top_logprobs!.at(-3)!)).toEqual(
      Object.keys(said.logprobs!.top_logprobs!.at(-1)!),
    );
    const stream = await client.completions.create({
      ...ask,
      prompt: text,
      max_tokens: 2,
      echo: true,
      stream: true,
    });
    const streamed: (number | null)[] = [];
    for await (const { choices } of stream) streamed.push(...(choices[0]?.logprobs?.token_logprobs ?? []));
    expect(streamed).toEqual(logprobs!.token_logprobs);
  }
});

test("a prompt is scored without an answer to it", async () => {
  const ask = { model: "demo", prompt, temperature: 0, logprobs: 1, echo: true };
  const longer = await client.completions.create({ ...ask, max_tokens: 1 });
  const { choices, usage } = await client.completions.create({ ...ask, max_tokens: 0 });
  expect(choices[0]).toMatchObject({ text: prompt, finish_reason: "length" });
  expect(usage).toMatchObject({ completion_tokens: 0, prompt_tokens: longer.usage!.prompt_tokens });
  const { tokens, token_logprobs } = choices[0]!.logprobs!;
  expect(tokens!.join("")).toBe(prompt);
  expect(token_logprobs).toEqual(longer.choices[0]!.logprobs!.token_logprobs!.slice(0, -1));
  const streamed: (number | null)[] = [];
  const stream = await client.completions.create({ ...ask, max_tokens: 0, stream: true });
  for await (const { choices } of stream) streamed.push(...(choices[0]?.logprobs?.token_logprobs ?? []));
  expect(streamed).toEqual(token_logprobs);
  const silent = client.completions.create({ ...ask, max_tokens: 0, echo: false });
  await expect(silent).rejects.toMatchObject({ status: 400, param: "max_tokens" });
});

test("models are listed and told of", async () => {
  const ids: string[] = [];
  for await (const { id } of client.models.list()) ids.push(id);
  expect(ids).toEqual(["demo"]);
  expect(await client.models.retrieve("demo")).toMatchObject({ id: "demo", object: "model" });
  await expect(client.models.retrieve("no/such")).rejects.toMatchObject({ status: 404 });
});

test("ids and texts are each other's way back", async () => {
  const { tokens, count } = await post("/tokenize", { content: "A little fox named Pip" });
  expect(tokens).toHaveLength(count);
  expect(await post("/detokenize", { tokens })).toMatchObject({ content: "A little fox named Pip" });
});

test("a conversation that is continued as plain text is counted as such", async () => {
  const messages = [
    { role: "user" as const, content: "Tell me" },
    { role: "user" as const, content: prompt },
  ];
  const { usage } = await client.chat.completions.create({ model: "demo", messages, max_tokens: 1 });
  expect((await post("/tokenize", { messages })).count).toBe(usage!.prompt_tokens);
});

test("vectors of texts, as numbers and as the base64 that the client asks for by itself", async () => {
  const input = ["A fox and a hare.", "A hare and a fox.", "Rain"];
  const coded = await client.embeddings.create({ model: "demo", input });
  const plain = await client.embeddings.create({ model: "demo", input, encoding_format: "float" });
  const vectors = plain.data.map(({ embedding }) => embedding);
  expect(coded.data.map(({ embedding }) => embedding)).toEqual(vectors);
  expect(plain.usage.prompt_tokens).toBeGreaterThan(10);
  const cosine = (a: number[], b: number[]) => a.reduce((sum, x, i) => sum + x * b[i]!, 0);
  expect(cosine(vectors[0]!, vectors[0]!)).toBeCloseTo(1, 5);
  expect(cosine(vectors[0]!, vectors[1]!)).toBeGreaterThan(cosine(vectors[0]!, vectors[2]!));
  const cut = client.embeddings.create({ model: "demo", input, dimensions: 7 });
  await expect(cut).rejects.toMatchObject({ status: 400, param: "dimensions" });
});

async function post(path: string, body: unknown): Promise<{ tokens: number[]; count: number }> {
  const response = await fetch(`${demo.url}${path}`, { method: "POST", body: JSON.stringify(body) });
  return (await response.json()) as { tokens: number[]; count: number };
}
