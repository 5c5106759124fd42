import { describe, expect, test } from "vitest";
import { tinyModel } from "../test/tiny-model.ts";

const PROMPT = [3, 14, 15, 9, 2, 6, 5, 30, 8, 9, 7, 9];

describe.each([
  ["full attention", {}],
  ["sliding windows", { sliding_window: 9, layer_types: ["full_attention", "sliding_attention"] }],
  ["dynamic rope", { rope_scaling: { rope_type: "dynamic", factor: 2 }, max_position_embeddings: 16 }],
])("%s", (_, config) => {
  test("a session that goes back answers as if the rest had never been", async () => {
    const { model } = await tinyModel({ context: 150 }, config);
    await using session = model.session();
    await session.generate(PROMPT, { maxTokens: 6 }).result;
    const [before, at] = [[...session.tokens], session.length];
    const other = await session.generate([1, 2, 3], { maxTokens: 20 }).result;
    session.rewind(at);
    expect(session.tokens).toEqual(before);
    expect((await session.generate([1, 2, 3], { maxTokens: 20 }).result).tokens).toEqual(other.tokens);
    session.rewind(0);
    const again = await session.generate(PROMPT, { maxTokens: 6 }).result;
    expect([...PROMPT, ...again.tokens]).toEqual(before);
  });
});

test("it makes no difference whether a step had read the last token of a stopped answer", async () => {
  const rope = { rope_scaling: { rope_type: "dynamic", factor: 2 }, max_position_embeddings: 16 };
  const { model } = await tinyModel({ context: 150 }, rope);
  await using whole = model.session();
  await whole.generate(PROMPT, { maxTokens: 4 }).result;
  await using stopped = model.session();
  const abort = new AbortController();
  // The step after the fourth token is under way when the answer is stopped, and another answer keeps it alive.
  const other = model.generate([1, 2, 3], { maxTokens: 30 }).result;
  const steer = (_: number, index: number): undefined => {
    if (index === 3) queueMicrotask(() => queueMicrotask(() => abort.abort()));
  };
  await stopped.generate(PROMPT, { steer, signal: abort.signal }).result;
  await other;
  const at = stopped.length;
  expect(at).toBeGreaterThanOrEqual(16);
  stopped.rewind(16);
  expect(stopped.tokens).toEqual(whole.tokens);
  const next = { maxTokens: 12 };
  const expected = (await whole.generate([4, 4], next).result).tokens;
  expect((await stopped.generate([4, 4], next).result).tokens).toEqual(expected);
});

test("a rewind out of range, or while an answer is under way, is refused", async () => {
  const { model } = await tinyModel();
  await using session = model.session();
  expect(() => session.rewind(1)).toThrow("the session has 0 tokens");
  const iterator = session.generate(PROMPT)[Symbol.asyncIterator]();
  await iterator.next();
  expect(() => session.rewind(0)).toThrow("is answering another prompt");
  await iterator.return?.();
  for (const length of [-1, 0.5, 99]) expect(() => session.rewind(length)).toThrow("rewind:");
});
