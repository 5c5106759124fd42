import { expect, test } from "vitest";
import { letters, tinyModel } from "../test/tiny-model.ts";
import { slidingOf } from "./overflow.ts";

const PROMPT = [3, 14, 15, 9, 2, 6, 5, 30, 8, 9, 7, 9];
const CONTEXT = 24;
const sliding = (keep: number, drop: number) => ({ policy: "sliding", keep, drop }) as const;

/** The text without what was dropped, as a list would do it. */
function without<T>(text: readonly T[], begin: number, count: number): T[] {
  return [...text.slice(0, begin), ...text.slice(begin + count)];
}

test.each([
  ["full attention", {}],
  ["sliding windows", { sliding_window: 9, layer_types: ["full_attention", "sliding_attention"] }],
  ["dynamic rope", { rope_scaling: { rope_type: "dynamic", factor: 2 }, max_position_embeddings: 16 }],
])(
  "%s: after old tokens are dropped the answer goes on as a new text of the kept ones",
  async (_, config) => {
    const { model } = await tinyModel({ context: CONTEXT }, config);
    const result = await model.generate(PROMPT, { maxTokens: 40, overflow: sliding(3, 8) }).result;
    expect(result.finishReason).toBe("length");
    expect(result.tokens).toHaveLength(40);
    expect(result.dropped!.map(({ begin, tokens, at }) => [begin, tokens, at])).toEqual([
      [3, 8, 12],
      [3, 8, 20],
      [3, 8, 28],
      [3, 8, 36],
    ]);
    const fresh = (await tinyModel({ context: 200 }, config)).model;
    let text: number[] = [...PROMPT];
    let done = 0;
    for (const { begin, tokens, at } of [...result.dropped!, { begin: 0, tokens: 0, at: 40 }]) {
      const expected = await fresh.generate(text, { maxTokens: at - done }).result;
      expect(result.tokens.slice(done, at)).toEqual(expected.tokens);
      text = without([...text, ...expected.tokens], begin, tokens);
      done = at;
    }
  },
);

test("a prompt that is too long loses its middle", async () => {
  const { model } = await tinyModel({ context: CONTEXT });
  const long = Array.from({ length: 50 }, (_, i) => (i * 7) % 30);
  await expect(model.generate(long).result).rejects.toMatchObject({ code: "context-overflow" });
  const result = await model.generate(long, { maxTokens: 1, overflow: sliding(4, 2) }).result;
  expect(result.dropped).toEqual([{ begin: 4, tokens: 27, at: 0 }]);
  expect(result.usage.promptTokens).toBe(23);
  const kept = await model.generate(without(long, 4, 27), { maxTokens: 1 }).result;
  expect(result.tokens).toEqual(kept.tokens);
});

test("a session goes on with what was kept", async () => {
  const { model } = await tinyModel({ context: CONTEXT });
  await using session = model.session();
  await session.generate(PROMPT, { maxTokens: 10 }).result;
  const before = [...session.tokens];
  const next = { maxTokens: 4, overflow: sliding(2, 9) };
  const result = await session.generate([1, 2, 3], next).result;
  const text = without([...before, 1, 2, 3], 2, 9);
  expect(result.dropped).toEqual([{ begin: 2, tokens: 9, at: 0 }]);
  expect(session.tokens).toEqual([...text, ...result.tokens]);
  expect((await model.generate(text, { maxTokens: 4 }).result).tokens).toEqual(result.tokens);
});

test("the stream says with which token the text had become shorter, and others are not disturbed", async () => {
  const { model } = await tinyModel({ context: CONTEXT });
  const alone = await model.generate([5, 6, 7], { maxTokens: 18 }).result;
  const other = model.generate([5, 6, 7], { maxTokens: 18 }).result;
  const at: number[] = [];
  let count = 0;
  for await (const token of model.generate(PROMPT, { maxTokens: 26, overflow: sliding(3, 8) })) {
    if (token.dropped) at.push(count);
    count++;
  }
  expect(at).toEqual([12, 20]);
  expect((await other).tokens).toEqual(alone.tokens);
});

test("who breaks out of the loop has a text that ends with the last token taken", async () => {
  const { model } = await tinyModel({ context: CONTEXT });
  await using session = model.session();
  const generation = session.generate(PROMPT, { maxTokens: 40, overflow: sliding(3, 8) });
  const taken: number[] = [];
  for await (const { token } of generation) if (taken.push(token) === 22) break;
  const { tokens, dropped } = await generation.result;
  expect(tokens).toEqual(taken);
  expect(session.tokens.at(-1)).toBe(taken.at(-1));
  expect(dropped!.every(({ at }) => at <= 22)).toBe(true);
});

test("draws after a slide do not repeat those before it", async () => {
  const { model } = await tinyModel({ context: CONTEXT, tokenizer: letters });
  const options = { maxTokens: 60, temperature: 50, seed: 3, overflow: sliding(0, 8) };
  const { tokens } = await model.generate(PROMPT, options).result;
  for (let at = 12; at + 16 <= 60; at += 8) {
    expect(tokens.slice(at, at + 8)).not.toEqual(tokens.slice(at + 8, at + 16));
  }
});

test("numbers that cannot be are refused", () => {
  expect(slidingOf("error", 24)).toBeUndefined();
  expect(slidingOf({ policy: "sliding" }, 24)).toEqual({ keep: 4, drop: 10 });
  for (const overflow of [sliding(23, 1), sliding(-1, 1), sliding(4, 0), sliding(4, 20), sliding(0.5, 1)])
    expect(() => slidingOf(overflow, 24)).toThrow(/^overflow: /);
});
