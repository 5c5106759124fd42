import * as ai7 from "ai";
import * as ai6 from "ai6";
import { afterAll, beforeAll, beforeEach, describe, expect, test, vi } from "vitest";
import { z } from "zod";
import { type StubServer, stubServer } from "../test/stub-server.ts";
import { createEngine, type SpecificationVersion } from "./index.ts";

let server: StubServer;
beforeAll(async () => {
  server = await stubServer();
});
afterAll(() => server[Symbol.asyncDispose]());
beforeEach(() => void server.received.splice(0));

const SDKS: [string, typeof ai7, SpecificationVersion][] = [
  ["ai 6", ai6 as unknown as typeof ai7, "v3"],
  ["ai 7", ai7, "v4"],
];
const head = { id: "c1", model: "real-name", created: 1_700_000_000 };
const delta = (members: object) => ({
  ...head,
  choices: [{ index: 0, delta: members, finish_reason: null }],
});
const end = (finish_reason: string) => ({ ...head, choices: [{ index: 0, delta: {}, finish_reason }] });
const usage = {
  ...head,
  choices: [],
  usage: {
    prompt_tokens: 9,
    completion_tokens: 5,
    prompt_tokens_details: { cached_tokens: 4 },
    completion_tokens_details: { reasoning_tokens: 2 },
  },
};
const ANSWER = [
  delta({ role: "assistant", content: "" }),
  delta({ reasoning_content: "Hm." }),
  delta({ content: "Yé" }),
  delta({ content: "s." }),
  end("stop"),
  usage,
  "[DONE]",
];
const CALLS = [
  delta({
    tool_calls: [{ index: 0, id: "a", type: "function", function: { name: "weather", arguments: "" } }],
  }),
  delta({ tool_calls: [{ index: 0, function: { arguments: '{"city":' } }] }),
  delta({ tool_calls: [{ index: 0, function: { arguments: '"Rome"}' } }] }),
  delta({ tool_calls: [{ index: 1, id: "b", type: "function", function: { name: "now", arguments: "" } }] }),
  end("tool_calls"),
  "[DONE]",
];

describe.each(SDKS)("%s", (_, ai, specificationVersion) => {
  const engine = () =>
    createEngine({
      baseURL: server.baseURL,
      apiKey: "secret",
      headers: { "x-mine": "1" },
      specificationVersion: specificationVersion as "v4",
    });
  const tools = {
    weather: ai.tool({ description: "Looks it up.", inputSchema: z.object({ city: z.string() }) }),
    now: ai.tool({ inputSchema: z.object({}) }),
  } as object as ai7.ToolSet;

  test("an answer, and what was asked for it", async () => {
    server.answer({ chunks: ANSWER });
    const { text, reasoningText, finishReason, usage, response } = await ai.generateText({
      model: engine()("m"),
      system: "Be brief.",
      prompt: "Hi",
      maxOutputTokens: 7,
      topK: 3,
      stopSequences: ["\n"],
      headers: { "x-theirs": "2" },
      providerOptions: { engine: { minP: 0.1, thoughtBudget: 5, templateVariables: { a: 1 } } },
    });
    expect({ text, reasoningText, finishReason }).toEqual({
      text: "Yés.",
      reasoningText: "Hm.",
      finishReason: "stop",
    });
    expect(usage).toMatchObject({
      inputTokens: 9,
      outputTokens: 5,
      inputTokenDetails: { cacheReadTokens: 4, noCacheTokens: 5 },
    });
    expect(response).toMatchObject({ id: "c1", modelId: "real-name", timestamp: new Date(1.7e12) });
    expect(response.headers).toMatchObject({ "x-request-id": "r1" });
    const [{ path, headers, body }] = server.received as [(typeof server.received)[0]];
    expect(path).toBe("/v1/chat/completions");
    expect(headers).toMatchObject({ authorization: "Bearer secret", "x-mine": "1", "x-theirs": "2" });
    expect(body).toEqual({
      model: "m",
      messages: [
        { role: "system", content: "Be brief." },
        { role: "user", content: "Hi" },
      ],
      stream: true,
      stream_options: { include_usage: true },
      max_tokens: 7,
      top_k: 3,
      stop: ["\n"],
      min_p: 0.1,
      thought_budget: 5,
      chat_template_kwargs: { a: 1 },
    });
  });

  test("calls come piece by piece, and go back with their results", async () => {
    server.answer({ chunks: CALLS });
    const { fullStream, finalStep } = streamed(ai, {
      model: engine()("m"),
      prompt: "Hi",
      tools,
      toolChoice: "required",
    });
    const pieces: string[] = [];
    for await (const part of fullStream) if (part.type === "tool-input-delta") pieces.push(part.delta);
    expect(pieces).toEqual(['{"city":', '"Rome"}']);
    const { toolCalls, finishReason, messages } = await finalStep();
    expect(toolCalls).toMatchObject([
      { toolCallId: "a", toolName: "weather", input: { city: "Rome" } },
      { toolCallId: "b", toolName: "now", input: {} },
    ]);
    expect(finishReason).toBe("tool-calls");
    expect(server.received[0]!.body).toMatchObject({
      tool_choice: "required",
      tools: [{ type: "function", function: { name: "weather", description: "Looks it up." } }, {}],
    });
    server.answer({ chunks: ANSWER });
    const output = { type: "json" as const, value: { sky: "blue" } };
    const results = [
      { type: "tool-result" as const, toolCallId: "a", toolName: "weather", output },
      { type: "tool-result" as const, toolCallId: "b", toolName: "now", output },
    ];
    await ai.generateText({
      model: engine()("m"),
      messages: [{ role: "user", content: "Hi" }, ...messages, { role: "tool", content: results }],
    });
    expect(server.received[1]!.body.messages).toMatchObject([
      { role: "user" },
      {
        role: "assistant",
        tool_calls: [{ id: "a", function: { name: "weather", arguments: '{"city":"Rome"}' } }, {}],
      },
      { role: "tool", tool_call_id: "a", content: '{"sky":"blue"}' },
      { role: "tool", tool_call_id: "b", name: "now" },
    ]);
  });

  test("structured output is the server's to enforce", async () => {
    server.answer({ chunks: [delta({ content: '{"days": 3}' }), end("stop"), "[DONE]"] });
    const schema = z.object({ days: z.number() });
    const { output, warnings } = await ai.generateText({
      model: engine()("m"),
      prompt: "Hi",
      output: ai.Output.object({ schema }),
    });
    expect(output).toEqual({ days: 3 });
    expect(warnings).toEqual([]);
    expect(server.received[0]!.body.response_format).toMatchObject({
      type: "json_schema",
      json_schema: {
        name: expect.any(String),
        strict: true,
        schema: { properties: { days: { type: "number" } } },
      },
    });
  });

  test("pictures and sounds go as OpenAI has them", async () => {
    server.answer({ chunks: ANSWER });
    const file = (mediaType: string, data: Uint8Array | string) => ({
      type: "file" as const,
      mediaType,
      data,
    });
    await ai.generateText({
      model: engine()("m"),
      messages: [
        {
          role: "user",
          content: [
            { type: "text", text: "What?" },
            file("image/png", new Uint8Array([1, 2])),
            file("audio/wav", "AQI="),
            file("text/plain", new TextEncoder().encode("hé")),
          ],
        },
      ],
    });
    expect(server.received[0]!.body.messages).toEqual([
      {
        role: "user",
        content: [
          { type: "text", text: "What?" },
          { type: "image_url", image_url: { url: "data:image/png;base64,AQI=" } },
          { type: "input_audio", input_audio: { data: "AQI=", format: "wav" } },
          { type: "text", text: "hé" },
        ],
      },
    ]);
  });

  test("errors say what the server says", async () => {
    const ask = () => ai.generateText({ model: engine()("m"), prompt: "Hi", maxRetries: 0 });
    server.answer({ status: 400, body: { error: { message: "too long", code: "context_length_exceeded" } } });
    await expect(ask()).rejects.toMatchObject({
      name: "AI_APICallError",
      message: "too long",
      statusCode: 400,
      isRetryable: false,
    });
    server.answer({ status: 503, body: "busy" });
    await expect(ask()).rejects.toMatchObject({ message: expect.stringContaining("503"), isRetryable: true });
    server.answer({ chunks: [delta({ content: "a" }), { error: { message: "out of memory" } }] });
    await expect(ask()).rejects.toThrow("out of memory");
    server.answer({ chunks: [delta({ content: "a" })] });
    await expect(ask()).rejects.toThrow("broke off");
    server.answer({ chunks: ["no json"] });
    await expect(ask()).rejects.toThrow("no chunk of an answer: no json");
    const nowhere = createEngine({
      baseURL: "http://127.0.0.1:9/v1",
      specificationVersion: specificationVersion as "v4",
    });
    const lost = ai.generateText({ model: nowhere("m"), prompt: "Hi", maxRetries: 0 });
    await expect(lost).rejects.toMatchObject({
      isRetryable: true,
      message: expect.stringContaining("127.0.0.1:9"),
    });
  });

  test("a stopped answer closes the connection", async () => {
    const before = server.left();
    server.answer({ chunks: [delta({ content: "a" })], open: true });
    const stop = new AbortController();
    const { fullStream } = ai.streamText({ model: engine()("m"), prompt: "Hi", abortSignal: stop.signal });
    const types: string[] = [];
    for await (const part of fullStream) {
      types.push(part.type);
      if (part.type === "text-delta") stop.abort();
    }
    expect(types.at(-1)).toBe("abort");
    await vi.waitFor(() => expect(server.left()).toBe(before + 1));
  });

  test("embeddings come in the texts' order", async () => {
    const data = [
      { index: 1, embedding: [3, 4] },
      { index: 0, embedding: [1, 2] },
    ];
    server.answer({ status: 200, body: { data, usage: { prompt_tokens: 6 } } });
    const { embeddings, usage } = await ai.embedMany({
      model: engine().embeddingModel("e"),
      values: ["a", "b"],
    });
    expect([embeddings, usage.tokens]).toEqual([
      [
        [1, 2],
        [3, 4],
      ],
      6,
    ]);
    expect(server.received[0]).toMatchObject({
      path: "/v1/embeddings",
      body: { model: "e", input: ["a", "b"], encoding_format: "float" },
    });
    server.answer({ status: 200, body: { data: data.slice(1) } });
    const short = ai.embedMany({ model: engine().embeddingModel("e"), values: ["a", "b"] });
    await expect(short).rejects.toThrow("no embedding of text 2 of 2");
  });
});

test("ai 7's reasoning goes as an effort", async () => {
  server.answer({ chunks: ANSWER });
  await ai7.generateText({
    model: createEngine({ baseURL: server.baseURL })("m"),
    prompt: "Hi",
    reasoning: "low",
  });
  expect(server.received[0]!.body.reasoning_effort).toBe("low");
});

/** A stream, and what it came to. */
function streamed(ai: typeof ai7, options: Parameters<typeof ai7.streamText>[0]) {
  const result = ai.streamText(options);
  return {
    fullStream: result.fullStream,
    finalStep: async () => ({
      toolCalls: await result.toolCalls,
      finishReason: await result.finishReason,
      messages: (await result.response).messages,
    }),
  };
}
