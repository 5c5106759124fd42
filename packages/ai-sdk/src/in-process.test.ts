import * as ai7 from "ai";
import * as ai6 from "ai6";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { z } from "zod";
import { type TalkingModel, talkingModel } from "../test/saying.ts";
import { type ChatModel, createEngine, type SpecificationVersion } from "./index.ts";

// Warnings are looked at below, not printed.
(globalThis as { AI_SDK_LOG_WARNINGS?: boolean }).AI_SDK_LOG_WARNINGS = false;

let models: TalkingModel;
beforeAll(async () => {
  models = await talkingModel();
});
afterAll(() => models[Symbol.asyncDispose]());

const CALL = '<tool_call>{"name": "weather", "arguments": {"city": "Rome"}}</tool_call>';

/** ai 6 is called through the types of ai 7; the last test holds both to their own. */
const SDKS: [string, typeof ai7, SpecificationVersion][] = [
  ["ai 6", ai6 as unknown as typeof ai7, "v3"],
  ["ai 7", ai7, "v4"],
];

/** Where optional members may not be undefined, the SDK's own tools are not its ToolSet. */
const toolSet = (tools: object) => tools as ai7.ToolSet;

describe.each(SDKS)("%s", (_, ai, specificationVersion) => {
  const engineOf = (model: ChatModel) =>
    createEngine({ models: { m: model }, specificationVersion: specificationVersion as "v4" })("m");
  const saying = (text: string) => {
    const model = models.saying(text);
    return { model: engineOf(model), prompts: model.prompts, messages: model.messages };
  };
  const weather = ai.tool({ description: "Looks it up.", inputSchema: z.object({ city: z.string() }) });
  const tools = toolSet({ weather });

  test("the demo model continues a text, and says so", async () => {
    const prompt = "Once upon a time";
    const expected = await models.plain.generate(prompt, { maxTokens: 12, temperature: 0 }).result;
    const options = { model: engineOf(models.plain), prompt, maxOutputTokens: 12, temperature: 0 };
    const { text, finishReason, usage, warnings } = await ai.generateText(options);
    expect([text, finishReason]).toEqual([expected.text, "length"]);
    expect(usage).toMatchObject({
      inputTokens: expected.usage.promptTokens,
      outputTokens: 12,
      totalTokens: 12 + expected.usage.promptTokens,
    });
    expect(warnings).toEqual([{ type: "other", message: expect.stringContaining("no chat template") }]);
    const stream = ai.streamText(options);
    let streamed = "";
    for await (const piece of stream.textStream) streamed += piece;
    expect(streamed).toBe(expected.text);
  });

  test("what such a model cannot take is refused", async () => {
    const model = engineOf(models.plain);
    await expect(ai.generateText({ model, prompt: "a", tools })).rejects.toThrow("cannot take tools");
    await expect(ai.generateText({ model, system: "a", prompt: "b" })).rejects.toThrow("a conversation");
  });

  test("thought and answer come apart", async () => {
    const { model, messages } = saying("<think>\nHm.\n</think>\n\nYes.");
    const { text, reasoningText, usage, finishReason } = await ai.generateText({
      model,
      system: "Be brief.",
      prompt: "Hi",
    });
    expect({ text, reasoningText, finishReason }).toEqual({
      text: "Yes.",
      reasoningText: "Hm.",
      finishReason: "stop",
    });
    const { textTokens, reasoningTokens } = usage.outputTokenDetails;
    expect(textTokens! + reasoningTokens!).toBe(usage.outputTokens);
    expect(reasoningTokens).toBeGreaterThan(0);
    expect(messages[0]).toEqual([
      { role: "system", content: "Be brief." },
      { role: "user", content: "Hi" },
    ]);
  });

  test("a stream has starts and ends, in order", async () => {
    const { model } = saying(`<think>\nHm.\n</think>\n\nI ask.\n${CALL}`);
    const { fullStream } = ai.streamText({ model, prompt: "Hi", tools });
    const types: string[] = [];
    for await (const part of fullStream) if (part.type !== types.at(-1)) types.push(part.type);
    expect(types).toEqual([
      "start",
      "start-step",
      "reasoning-start",
      "reasoning-delta",
      "reasoning-end",
      "text-start",
      "text-delta",
      "text-end",
      "tool-input-start",
      "tool-input-delta",
      "tool-input-end",
      "tool-call",
      "finish-step",
      "finish",
    ]);
  });

  test("calls are parsed, run, and their results read in the next step", async () => {
    const { model, messages, prompts } = saying(`<think>\nHm.\n</think>\n\n${CALL}`);
    const execute = async ({ city }: { city: string }) => `sunny in ${city}`;
    const { steps } = await ai.generateText({
      model,
      prompt: "Hi",
      tools: toolSet({ weather: { ...weather, execute } }),
      stopWhen: ai.stepCountIs(2),
    });
    expect(steps.map(({ finishReason }) => finishReason)).toEqual(["tool-calls", "tool-calls"]);
    expect(steps[0]!.toolCalls).toMatchObject([{ toolName: "weather", input: { city: "Rome" } }]);
    expect(messages[1]!.slice(1)).toMatchObject([
      {
        role: "assistant",
        reasoning_content: "Hm.",
        tool_calls: [{ function: { arguments: '{"city":"Rome"}' } }],
      },
      { role: "tool", name: "weather", content: "sunny in Rome" },
    ]);
    expect(prompts[0]).toContain("weather [assistant]");
    expect(prompts[1]).toContain('<think>Hm.</think>weather{"city": "Rome"}; [tool]sunny in Rome');
  });

  test("a call that cannot be read comes as text with a warning", async () => {
    const { model } = saying("<tool_call>{</tool_call>");
    const { text, toolCalls, warnings, finishReason } = await ai.generateText({ model, prompt: "Hi", tools });
    expect({ text, toolCalls, finishReason }).toEqual({
      text: "<tool_call>{</tool_call>",
      toolCalls: [],
      finishReason: "stop",
    });
    expect(warnings).toEqual([{ type: "other", message: expect.stringContaining("could not be read") }]);
  });

  test("structured output is enforced, on a model that never saw JSON", async () => {
    const schema = z.object({ city: z.string().max(8), days: z.number().int().min(1).max(99) });
    for (const model of [engineOf(models.talking), engineOf(models.plain)]) {
      const { object, warnings } = await ai.generateObject({
        model,
        prompt: "A fox",
        schema,
        seed: 1,
        temperature: 1,
      });
      expect(schema.parse(object)).toEqual(object);
      expect(warnings).not.toContainEqual(expect.objectContaining({ feature: "responseFormat" }));
    }
    const { partialOutputStream } = ai.streamText({
      model: engineOf(models.talking),
      prompt: "A fox",
      output: ai.Output.object({ schema }),
    });
    let last: unknown;
    for await (const partial of partialOutputStream) last = partial;
    expect(schema.parse(last)).toEqual(last);
  });

  test("beside tools the answer is that, or a call", async () => {
    const schema = z.object({ size: z.enum(["small", "large"]) });
    const result = await ai.generateText({
      model: engineOf(models.talking),
      prompt: "A fox",
      output: ai.Output.object({ schema }),
      tools: toolSet({ size: ai.tool({ inputSchema: schema }) }),
      seed: 1,
      temperature: 1,
      frequencyPenalty: 2,
    });
    expect(result.warnings).toEqual([]);
    const [call] = result.toolCalls;
    expect(schema.safeParse(call ? call.input : result.output).success).toBe(true);
  });

  test("where no grammar holds it, it is asked for in words, taken out of what is said, and warned of", async () => {
    const said = models.saying('Here it is:\n```json\n{"city": "Rome {", "days": 3}\n```\nDone.');
    // gpt-oss marks calls so.
    const form = { open: "<|channel|>commentary to=", syntaxes: ["marked" as const] };
    const channels = { ...said.channels!, tools: [form] };
    const model = engineOf(
      new Proxy(said, { get: (target, key) => (key === "channels" ? channels : Reflect.get(target, key)) }),
    );
    const { messages } = said;
    const output = ai.Output.object({ schema: z.object({ city: z.string(), days: z.number() }) });
    const result = await ai.generateText({ model, prompt: "Hi", output, tools });
    expect(result.output).toEqual({ city: "Rome {", days: 3 });
    expect(result.warnings).toMatchObject([
      {
        type: "compatibility",
        feature: "responseFormat",
        details: expect.stringContaining("in no form a grammar knows"),
      },
    ]);
    expect(messages[0]![0]).toMatchObject({ role: "system", content: expect.stringContaining('"days"') });
  });

  test("what is no JSON is told as the SDK tells it", async () => {
    const { model } = saying("I will not.");
    const output = ai.Output.object({ schema: z.object({}) });
    const asked = ai.generateText({ model, prompt: "Hi", output, tools }).then((result) => result.output);
    await expect(asked).rejects.toSatisfy(
      (error) => ai.NoObjectGeneratedError.isInstance(error) && error.text === "I will not.",
    );
  });

  test("a call that is required comes, with arguments that fit, from a model that knows no calls", async () => {
    const size = ai.tool({ inputSchema: z.object({ size: z.enum(["small", "large"]) }) });
    const ask = (toolChoice: "required" | { type: "tool"; toolName: "size" }) =>
      ai.generateText({
        model: engineOf(models.talking),
        prompt: "A fox",
        tools: toolSet({ size, other: size }),
        toolChoice,
        seed: 1,
        temperature: 1,
        // White space between parts of JSON is free, and this model likes it.
        frequencyPenalty: 2,
      });
    for (const { toolCalls, text, warnings, finishReason } of [
      await ask("required"),
      await ask({ type: "tool", toolName: "size" }),
    ]) {
      expect([text, warnings, finishReason]).toEqual(["", [], "tool-calls"]);
      expect(toolCalls).toHaveLength(1);
      expect(["small", "large"]).toContain((toolCalls[0]!.input as { size: string }).size);
    }
    expect((await ask({ type: "tool", toolName: "size" })).toolCalls[0]!.toolName).toBe("size");
  });

  test("the model sees the tools of the choice, and is told of it", async () => {
    const { model, prompts, messages } = saying(CALL);
    const ask = (toolChoice: "none" | "required" | { type: "tool"; toolName: "weather" }) =>
      ai.generateText({ model, prompt: "Hi", tools: toolSet({ weather, other: weather }), toolChoice });
    await ask("none");
    expect(prompts[0]).not.toContain("weather");
    await ask("required");
    expect(prompts[1]).toContain("weather other [assistant]");
    await ask({ type: "tool", toolName: "weather" });
    expect(prompts[2]).toContain("; weather [assistant]");
    expect(messages[2]![0]).toMatchObject({ content: "Call the tool weather." });
  });

  test("settings and the provider's options arrive; unknown ones have a warning", async () => {
    const { model, prompts } = saying("<think>aaaa bbbb cccc dddd eeee</think>Yes. No.");
    const engine = {
      thinking: true,
      thoughtBudget: 3,
      templateVariables: { reasoning_effort: "x" },
      topZ: 1,
      minP: "a",
    };
    const { text, warnings, reasoningText } = await ai.generateText({
      model,
      prompt: "Hi",
      stopSequences: [" No"],
      topK: 5,
      seed: 1,
      providerOptions: { engine: { ...engine, thoughtBudget: 100 } },
    });
    expect([text, reasoningText]).toEqual(["Yes.", "aaaa bbbb cccc dddd eeee"]);
    expect(prompts[0]).toContain("think=on effort=x");
    expect(warnings).toEqual([
      {
        type: "unsupported",
        feature: "providerOptions.engine.topZ",
        details: expect.stringContaining("minP"),
      },
      { type: "unsupported", feature: "providerOptions.engine.minP", details: "It takes a number." },
    ]);
    await expect(ai.generateText({ model, prompt: "Hi", topP: 2 })).rejects.toThrow(
      "topP must be a number from 0 to 1",
    );
  });

  test("an answer is stopped from outside, and the model goes on serving", async () => {
    const model = engineOf(models.plain);
    const stop = new AbortController();
    const { fullStream } = ai.streamText({ model, prompt: "Once upon a time", abortSignal: stop.signal });
    const types = new Set<string>();
    for await (const part of fullStream) {
      types.add(part.type);
      if (part.type === "text-delta") stop.abort();
    }
    expect([types.has("abort"), types.has("error"), types.has("finish")]).toEqual([true, false, false]);
    const late = ai.generateText({ model, prompt: "Once upon a time", abortSignal: AbortSignal.timeout(30) });
    await expect(late).rejects.toMatchObject({ name: expect.stringMatching(/AbortError|TimeoutError/) });
    const { text } = await ai.generateText({ model, prompt: "Once upon a time", maxOutputTokens: 3 });
    expect(text).not.toBe("");
  });

  test("embeddings are the model's own", async () => {
    const engine = createEngine({
      models: { m: models.plain },
      specificationVersion: specificationVersion as "v4",
    });
    const values = ["a little fox", "the little fox", "a stormy night"];
    const { embeddings, usage } = await ai.embedMany({ model: engine.embeddingModel("m"), values });
    const own = await models.plain.embed(values);
    expect(embeddings).toEqual(own.embeddings.map((embedding) => [...embedding]));
    expect(usage.tokens).toBe(own.usage.promptTokens);
    expect(ai.cosineSimilarity(embeddings[0]!, embeddings[1]!)).toBeGreaterThan(
      ai.cosineSimilarity(embeddings[0]!, embeddings[2]!),
    );
    const stopped = ai.embed({
      model: engine.embeddingModel("m"),
      value: "a",
      abortSignal: AbortSignal.abort(),
    });
    await expect(stopped).rejects.toMatchObject({ name: "AbortError" });
  });

  test("files and unknown models are refused", async () => {
    const image = { type: "image" as const, image: new Uint8Array([137, 80, 78, 71, 13, 10, 26, 10]) };
    const asked = ai.generateText({
      model: saying("Yes.").model,
      messages: [{ role: "user", content: [{ type: "text", text: "What?" }, image] }],
    });
    await expect(asked).rejects.toThrow('part of type "image_url"');
    const engine = createEngine({ models: { m: models.plain } });
    expect(() => engine("other")).toThrow('no model "other" in this process; loaded: m');
  });
});

test("ai 7 asks for reasoning by its own setting", async () => {
  const model = models.saying("Yes.");
  const engine = createEngine({ models: { m: model } });
  await ai7.generateText({ model: engine("m"), prompt: "Hi", reasoning: "none" });
  await ai7.generateText({ model: engine("m"), prompt: "Hi", reasoning: "xhigh" });
  expect(model.prompts[0]).toContain("think=off [user]");
  expect(model.prompts[1]).toContain("think=on effort=high [user]");
});

test("each SDK takes its own version by its own types", async () => {
  const { plain } = models;
  const three = createEngine({ models: { m: plain }, specificationVersion: "v3" });
  const four = createEngine({ models: { m: plain } });
  const options = { prompt: "Once upon a time", maxOutputTokens: 1 };
  expect((await ai6.generateText({ model: three("m"), ...options })).text).toBe(
    (await ai7.generateText({ model: four("m"), ...options })).text,
  );
});
