import { describe, expect, test } from "vitest";
import { tinyModel } from "../test/tiny-model.ts";
import type { GenerateResult, Generation, TextModel } from "./index.ts";

const PROMPT = [3, 14, 15, 9, 2, 6, 5, 30, 8, 9, 7, 9];

const answerOf = async (model: TextModel, prompt = PROMPT, maxTokens = 20): Promise<number[]> =>
  (await model.generate(prompt, { maxTokens }).result).tokens;

/** The tokens until `most` have come, then breaks out. */
async function _first(generation: Generation, most: number): Promise<number[]> {
  const tokens: number[] = [];
  for await (const { token } of generation) {
    tokens.push(token);
    if (tokens.length === most) break;
  }
  return tokens;
}

describe.each([
  ["full attention", {}],
  ["sliding windows", { sliding_window: 9, layer_types: ["full_attention", "sliding_attention"] }],
  ["dynamic rope", { rope_scaling: { rope_type: "dynamic", factor: 2 }, max_position_embeddings: 16 }],
])("%s", (_, config) => {
  const load = (options = {}) => tinyModel({ context: 150, ...options }, config);

  test("tokens do not depend on the prompt's chunks", async () => {
    const whole = await load();
    const expected = await answerOf(whole.model);
    expect(expected).toHaveLength(20);
    expect(new Set(expected).size).toBeGreaterThan(2);
    for (const maxTokens of [1, 5, 7]) {
      const { model } = await load({ maxTokens });
      expect(await answerOf(model)).toEqual(expected);
    }
  });

  test("a fork goes on like the original, and neither touches the other", async () => {
    const { model } = await load();
    await using session = model.session();
    await session.generate(PROMPT, { maxTokens: 7 }).result;
    const before = [...session.tokens];
    await using fork = await session.fork();
    expect(fork.tokens).toEqual(before);
    await fork.generate([1, 1, 1], { maxTokens: 30 }).result;
    expect(session.tokens).toEqual(before);
    const kept = await session.generate([4, 4], { maxTokens: 12 }).result;
    await using lone = model.session();
    await lone.generate(PROMPT, { maxTokens: 7 }).result;
    expect((await lone.generate([4, 4], { maxTokens: 12 }).result).tokens).toEqual(kept.tokens);
  });
});

test("a session reads only what is new, and answers as if it read all", async () => {
  const { model } = await tinyModel();
  await using session = model.session();
  const one = await session.generate(PROMPT, { maxTokens: 5 }).result;
  expect(one.usage).toEqual({ promptTokens: 12, cachedTokens: 0, completionTokens: 5 });
  const two = await session.generate([1, 2, 3], { maxTokens: 6 }).result;
  // The last token of an answer is read with the next prompt.
  expect(two.usage).toEqual({ promptTokens: 20, cachedTokens: 16, completionTokens: 6 });
  expect(session.tokens).toEqual([...PROMPT, ...one.tokens, 1, 2, 3, ...two.tokens]);
  expect(await answerOf(model, [...PROMPT, ...one.tokens, 1, 2, 3], 6)).toEqual(two.tokens);
});

test("one seed gives one text, however it is cut into answers", async () => {
  const { model } = await tinyModel();
  const options = { temperature: 1.5, seed: 11 };
  const whole = await model.generate(PROMPT, { ...options, maxTokens: 10 }).result;
  await using session = model.session();
  const parts = [
    await session.generate(PROMPT, { ...options, maxTokens: 4 }).result,
    await session.generate([], { ...options, maxTokens: 6 }).result,
  ];
  expect(parts.flatMap(({ tokens }) => tokens)).toEqual(whole.tokens);
  const other = await model.generate(PROMPT, { ...options, seed: 12, maxTokens: 10 }).result;
  expect(other.tokens).not.toEqual(whole.tokens);
});

test("sessions answer at the same time as they would alone", async () => {
  const { model } = await tinyModel({ sessions: 3 });
  const prompts = [PROMPT, [1, 2], [30, 3, 3, 20]];
  const alone = [];
  for (const prompt of prompts) alone.push(await answerOf(model, prompt));
  const together = await Promise.all(prompts.map((prompt) => answerOf(model, prompt)));
  expect(together).toEqual(alone);
});

describe("the end of an answer", () => {
  test("a stop token ends it, counts as given, and is neither in tokens nor in the text", async () => {
    const plain = await tinyModel();
    const all = await plain.model.generate(PROMPT, { maxTokens: 20 }).result;
    const stop = all.tokens[6]!;
    const before = all.tokens.indexOf(stop);
    const { model } = await tinyModel({ stopTokens: [29, stop] });
    const result = await model.generate(PROMPT, { maxTokens: 20 }).result;
    expect(result.finishReason).toBe("stop");
    expect(result.tokens).toEqual(all.tokens.slice(0, before));
    expect(result.text).toBe(all.text.slice(0, before));
    expect(result.usage.completionTokens).toBe(before + 1);
    const asked = await plain.model.generate(PROMPT, { maxTokens: 20, stopTokens: [stop] }).result;
    expect(asked.tokens).toEqual(result.tokens);
    const on = await model.generate(PROMPT, { maxTokens: 20, ignoreEos: true }).result;
    expect(on.tokens).toEqual(all.tokens);
  });

  test("a stop string ends it before its first letter, across tokens", async () => {
    const { model } = await tinyModel();
    const all = await model.generate(PROMPT, { maxTokens: 20 }).result;
    const stop = all.text.slice(8, 11);
    const at = all.text.indexOf(stop);
    let streamed = "";
    const generation = model.generate(PROMPT, { maxTokens: 20, stop: ["zz~", stop] });
    for await (const { text } of generation) streamed += text;
    const result = await generation.result;
    expect([result.finishReason, result.text, streamed]).toEqual([
      "stop",
      all.text.slice(0, at),
      result.text,
    ]);
    expect(result.tokens).toEqual(all.tokens.slice(0, at + 3));
  });

  test("text held back for a stop string comes out when the length ends the answer", async () => {
    const { model } = await tinyModel();
    const all = await model.generate(PROMPT, { maxTokens: 9 }).result;
    const generation = model.generate(PROMPT, { maxTokens: 9, stop: [`${all.text.slice(-3)}~`] });
    let streamed = "";
    for await (const { text } of generation) streamed += text;
    expect(streamed).toBe(all.text);
    expect((await generation.result).finishReason).toBe("length");
  });

  test("held text comes out as token -1 when a stop token ends the answer", async () => {
    const plain = await tinyModel();
    const all = await plain.model.generate(PROMPT, { maxTokens: 20 }).result;
    const at = all.tokens.findIndex((token, i) => i > 2 && all.tokens.indexOf(token) === i);
    const { model } = await tinyModel({ stopTokens: [all.tokens[at]!] });
    const held = all.text.slice(at - 1, at);
    const events = [];
    for await (const event of model.generate(PROMPT, { stop: [`${held}~`] })) events.push(event);
    expect(events.at(-1)).toEqual({ token: -1, text: held });
    expect(events.map(({ text }) => text).join("")).toBe(all.text.slice(0, at));
  });

  test("the context is full", async () => {
    const { model } = await tinyModel({ context: 20 });
    const result = await model.generate(PROMPT).result;
    expect([result.finishReason, result.tokens.length]).toEqual(["length", 8]);
  });
});

test("text prompts get BOS at the beginning of a session only, and not when raw", async () => {
  const { model } = await tinyModel();
  await using session = model.session();
  await session.generate("abc", { maxTokens: 1 }).result;
  await session.generate("d", { maxTokens: 1 }).result;
  expect(session.tokens).toEqual([31, 0, 1, 2, session.tokens[4], 3, session.tokens[6]]);
  await using raw = model.session();
  await raw.generate("abc", { maxTokens: 1, raw: true }).result;
  expect(raw.tokens.slice(0, 3)).toEqual([0, 1, 2]);
});

test("timings add up", async () => {
  const { model } = await tinyModel();
  const { timings }: GenerateResult = await model.generate(PROMPT, { maxTokens: 5 }).result;
  expect(timings.promptMs).toBeGreaterThan(0);
  expect(timings.ttftMs).toBeGreaterThanOrEqual(timings.promptMs);
  expect(timings.promptTokensPerSecond).toBeCloseTo((12 * 1000) / timings.promptMs, 6);
  expect(timings.tokensPerSecond).toBeCloseTo((4 * 1000) / timings.decodeMs, 6);
});
