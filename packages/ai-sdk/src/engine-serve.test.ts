import { backends, registry } from "@engine/engine";
import { serve } from "@engine/server";
import * as ai7 from "ai";
import * as ai6 from "ai6";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { z } from "zod";
import { type TalkingModel, talkingModel } from "../test/saying.ts";
import { createEngine, type SpecificationVersion } from "./index.ts";

let models: TalkingModel;
beforeAll(async () => {
  models = await talkingModel();
});
afterAll(() => models[Symbol.asyncDispose]());

/** The engine's own server, whose model says this text. */
async function serving(text: string) {
  const model = models.saying(text);
  const server = await serve({
    port: 0,
    models: [{ id: "m", path: models.folder }],
    loading: { registry: registry(), backend: backends() },
    load: async () => model,
    drainMs: 1000,
  });
  await server.ready;
  return { model, baseURL: `${server.url}/v1`, [Symbol.asyncDispose]: () => server.close() };
}

const SDKS: [string, typeof ai7, SpecificationVersion][] = [
  ["ai 6", ai6 as unknown as typeof ai7, "v3"],
  ["ai 7", ai7, "v4"],
];

describe.each(SDKS)("%s and engine serve", (_, ai, version) => {
  const engineOf = (baseURL: string) => createEngine({ baseURL, specificationVersion: version as "v4" });

  test("a stream of thought and text, with its usage", async () => {
    await using server = await serving("<think>\nHm.\n</think>\n\nYes, of course.");
    const stream = ai.streamText({ model: engineOf(server.baseURL)("m"), prompt: "Hi", seed: 1 });
    let text = "";
    for await (const piece of stream.textStream) text += piece;
    expect([text, await stream.reasoningText, await stream.finishReason]).toEqual([
      "Yes, of course.",
      "Hm.",
      "stop",
    ]);
    const { inputTokens, outputTokens, outputTokenDetails } = await stream.usage;
    expect(inputTokens).toBeGreaterThan(1);
    expect(outputTokenDetails.textTokens! + outputTokenDetails.reasoningTokens!).toBe(outputTokens);
  });

  test("calls, and their results in the next step", async () => {
    await using server = await serving(
      '<tool_call>{"name": "weather", "arguments": {"city": "Rome"}}</tool_call>',
    );
    const weather = ai.tool({
      inputSchema: z.object({ city: z.string() }),
      execute: async ({ city }) => `sunny in ${city}`,
    });
    const { steps } = await ai.generateText({
      model: engineOf(server.baseURL)("m"),
      prompt: "Hi",
      tools: { weather } as object as ai7.ToolSet,
      stopWhen: ai.stepCountIs(2),
    });
    expect(steps.map(({ finishReason }) => finishReason)).toEqual(["tool-calls", "tool-calls"]);
    expect(server.model.messages[1]!.slice(1)).toMatchObject([
      { role: "assistant", tool_calls: [{ function: { name: "weather" } }] },
      { role: "tool", content: "sunny in Rome" },
    ]);
  });

  test("embeddings, and what the server refuses", async () => {
    await using server = await serving("Yes.");
    const engine = engineOf(server.baseURL);
    const { embeddings } = await ai.embedMany({
      model: engine.embeddingModel("m"),
      values: ["a fox", "a night"],
    });
    const own = await models.plain.embed(["a fox", "a night"]);
    expect(embeddings).toEqual(own.embeddings.map((embedding) => [...embedding]));
    const ask = (model: string, prompt: string) =>
      ai.generateText({ model: engine(model), prompt, maxRetries: 0 });
    await expect(ask("m", "long ".repeat(600))).rejects.toMatchObject({
      statusCode: 400,
      isRetryable: false,
    });
    await expect(ask("other", "Hi")).rejects.toMatchObject({ statusCode: 404 });
  });
});
