import { describe, expect, test } from "vitest";
import { countSteps, tinyModel, VOCAB } from "../test/tiny-model.ts";
import type { Generation, TextModel } from "./index.ts";

const PROMPT = [3, 14, 15, 9, 2, 6, 5, 30, 8, 9, 7, 9];

const answerOf = async (model: TextModel, prompt = PROMPT, maxTokens = 20): Promise<number[]> =>
  (await model.generate(prompt, { maxTokens }).result).tokens;

/** The tokens until `most` have come, then breaks out. */
async function first(generation: Generation, most: number): Promise<number[]> {
  const tokens: number[] = [];
  for await (const { token } of generation) {
    tokens.push(token);
    if (tokens.length === most) break;
  }
  return tokens;
}

describe("stopping from outside", () => {
  test("in the middle of the prompt; what was not read is read next time", async () => {
    const { model } = await tinyModel();
    const expected = await answerOf(model, [...PROMPT, 1], 8);
    const abort = new AbortController();
    const cut = await tinyModel({ maxTokens: 5 });
    await using session = cut.model.session();
    const generation = session.generate(PROMPT, {
      signal: abort.signal,
      onProgress: (done) => done >= 5 && abort.abort(),
    });
    const result = await generation.result;
    expect([result.finishReason, result.tokens, result.usage.completionTokens]).toEqual(["abort", [], 0]);
    const next = await session.generate([1], { maxTokens: 8 }).result;
    expect(next.usage).toMatchObject({ promptTokens: 13, cachedTokens: 5 });
    expect(next.tokens).toEqual(expected);
  });

  test("in the middle of a step: its places are not counted", async () => {
    const { reference } = await import("@engine/backend-reference");
    const device = await reference.open();
    const steps = countSteps(device);
    const { model } = await tinyModel({ device, maxTokens: 4 });
    const abort = new AbortController();
    steps.onStep = (count) => {
      if (count === 5) abort.abort();
    };
    await using session = model.session();
    const result = await session.generate(PROMPT, { signal: abort.signal, maxTokens: 20 }).result;
    expect(result.finishReason).toBe("abort");
    expect(result.tokens).toHaveLength(2);
    delete steps.onStep;
    const next = await session.generate([1], { maxTokens: 5 }).result;
    expect(next.usage.cachedTokens).toBe(13);
    expect(await answerOf(model, [...PROMPT, ...result.tokens, 1], 5)).toEqual(next.tokens);
  });

  test("before it begins", async () => {
    const { model } = await tinyModel();
    const result = await model.generate(PROMPT, { signal: AbortSignal.abort() }).result;
    expect([result.finishReason, result.text]).toEqual(["abort", ""]);
  });

  test("by breaking out of the loop", async () => {
    const { model } = await tinyModel();
    const expected = await answerOf(model);
    await using session = model.session();
    const generation = session.generate(PROMPT);
    expect(await first(generation, 3)).toEqual(expected.slice(0, 3));
    const result = await generation.result;
    expect([result.finishReason, result.tokens]).toEqual(["abort", expected.slice(0, 3)]);
    expect((await session.generate([], { maxTokens: 2 }).result).tokens).toEqual(expected.slice(3, 5));
  });
});

describe("misuse", () => {
  test.each<[string, (model: TextModel) => Generation, string, string]>([
    ["an id too large", (m) => m.generate([1, VOCAB]), "bad-option", "entry 1 is 32; the model's token ids"],
    ["a broken id", (m) => m.generate([1.5]), "bad-option", "entry 0 is 1.5"],
    ["no prompt", (m) => m.generate([]), "bad-option", "The prompt is empty"],
    [
      "a long prompt",
      (m) => m.generate(new Array(200).fill(1)),
      "context-overflow",
      "has 200 tokens, but the context is 200",
    ],
    ["maxTokens 0", (m) => m.generate([1], { maxTokens: 0 }), "bad-option", "maxTokens must be"],
    ["half a token", (m) => m.generate([1], { maxTokens: 1.5 }), "bad-option", "maxTokens must be"],
    ["an empty stop", (m) => m.generate([1], { stop: [""] }), "bad-option", "stop: every entry"],
    ["a wild stop token", (m) => m.generate([1], { stopTokens: [-1] }), "bad-option", "stopTokens: entry 0"],
    ["a hot temperature", (m) => m.generate([1], { temperature: -2 }), "bad-option", "temperature must be"],
  ])("%s", async (_, generate, code, message) => {
    const { model } = await tinyModel();
    await expect(generate(model).result).rejects.toMatchObject({
      code,
      message: expect.stringContaining(message),
    });
    expect(await answerOf(model, PROMPT, 2)).toHaveLength(2);
  });

  test("a second answer while one is on its way", async () => {
    const { model } = await tinyModel();
    await using session = model.session();
    const one = session.generate(PROMPT, { maxTokens: 4 });
    const iterator = one[Symbol.asyncIterator]();
    await iterator.next();
    await expect(session.generate([1]).result).rejects.toThrow("is answering another prompt");
    await iterator.return?.();
    expect((await session.generate([1], { maxTokens: 1 }).result).tokens).toHaveLength(1);
  });

  test("the long text of a session that does not fit says both lengths and changes nothing", async () => {
    const { model } = await tinyModel({ context: 30 });
    await using session = model.session();
    await session.generate(PROMPT, { maxTokens: 4 }).result;
    await expect(session.generate(new Array(15).fill(1)).result).rejects.toThrow(
      "The prompt has 15 tokens, with 16 in the session before it, but the context is 30",
    );
    expect(session.length).toBe(16);
  });

  test("text without a tokenizer", async () => {
    const { EngineError } = await import("@engine/core");
    const { model } = await tinyModel({ tokenizer: new EngineError("missing-file", "No tokenizer.json.") });
    await expect(model.generate("a").result).rejects.toThrow("Pass token ids instead. No tokenizer.json.");
    await expect(model.generate([1], { stop: ["a"] }).result).rejects.toThrow("stop strings need one");
    const { tokens, text } = await model.generate([1], { maxTokens: 3 }).result;
    expect([tokens.length, text]).toEqual([3, ""]);
  });
});
