import { describe, expect, test } from "vitest";
import { tinyModel, VOCAB } from "../test/tiny-model.ts";
import type { GenerateOptions, TextModel } from "./index.ts";

const PROMPT = [3, 14, 15, 9, 2, 6, 5, 30, 8, 9, 7, 9];

/** The log-probabilities of every token at each place of the answer. */
async function expected(model: TextModel, tokens: readonly number[]): Promise<number[][]> {
  const rows: number[][] = [];
  await model.logits([...PROMPT, ...tokens], {
    onRow(position, logits) {
      const total = Math.log(logits.reduce((sum, value) => sum + Math.exp(value), 0));
      rows[position + 1 - PROMPT.length] = Array.from(logits, (value) => value - total);
    },
  });
  return rows;
}

describe.each<[string, GenerateOptions]>([
  ["greedy", {}],
  ["drawn from all", { temperature: 1.5, seed: 3 }],
  ["drawn from the likeliest", { temperature: 1.5, topK: 3, seed: 3 }],
  ["with penalties", { repetitionPenalty: 1.5, presencePenalty: 0.5, logitBias: { 3: 2 } }],
  [
    "under a mask",
    { constraint: { allowed: () => new Uint32Array(1).fill(0xffff0000), accept() {}, finished: false } },
  ],
])("%s", (_, options) => {
  test.each([0, 5, VOCAB])("the model's own, and its %i likeliest", async (logprobs) => {
    const { model } = await tinyModel();
    const result = await model.generate(PROMPT, { ...options, logprobs, maxTokens: 6 }).result;
    const same = await model.generate(PROMPT, { ...options, maxTokens: 6 }).result;
    expect(result.tokens).toEqual(same.tokens);
    expect(same).not.toHaveProperty("logprobs");
    const rows = await expected(model, result.tokens);
    expect(result.logprobs).toHaveLength(6);
    result.logprobs!.forEach((entry, i) => {
      const row = rows[i]!;
      expect(entry!.logprob).toBeCloseTo(row[result.tokens[i]!]!, 4);
      const best = row.map((value, id) => ({ id, value })).sort((a, b) => b.value - a.value);
      expect(entry!.top.map(({ token }) => token)).toEqual(best.slice(0, logprobs).map(({ id }) => id));
      for (const { token, logprob } of entry!.top) expect(logprob).toBeCloseTo(row[token]!, 4);
    });
  });
});

test("with each token as it comes; none for those that were put in", async () => {
  const { model } = await tinyModel();
  const steer = (_: number, index: number) => (index === 1 ? [5, 6] : undefined);
  const seen = [];
  const generation = model.generate(PROMPT, { steer, logprobs: 1, maxTokens: 5 });
  for await (const { token, logprobs } of generation) seen.push([token, logprobs?.top[0]?.token]);
  const { tokens, logprobs } = await generation.result;
  expect(seen).toEqual(tokens.map((token, i) => [token, i === 2 || i === 3 ? undefined : token]));
  expect(logprobs!.map((entry) => entry === undefined)).toEqual([false, false, true, true, false]);
});

test.each([-1, 1.5, VOCAB + 1])("logprobs %d is refused", async (logprobs) => {
  const { model } = await tinyModel();
  await expect(model.generate(PROMPT, { logprobs }).result).rejects.toThrow("logprobs must be");
});
