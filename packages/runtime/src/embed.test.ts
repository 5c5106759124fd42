import { describe, expect, test } from "vitest";
import { tinyModel } from "../test/tiny-model.ts";
import type { TextModel } from "./index.ts";

const TEXTS = [[3, 14, 15, 9, 2, 6, 5], [30], [8, 9, 7, 9, 1, 1, 4, 20, 21, 22, 23], [3, 14, 15]];

/** Every row after the last norm. */
async function finals(model: TextModel, ids: readonly number[]): Promise<Float32Array[]> {
  const rows: Float32Array[] = [];
  const onTap = (_: string, first: number, values: Float32Array, width: number) => {
    for (let i = 0; i < values.length / width; i++)
      rows[first + i] = values.slice(i * width, (i + 1) * width);
  };
  await model.logits(ids, { onRow: () => {}, taps: ["final"], onTap });
  return rows;
}

const close = (got: Float32Array, expected: ArrayLike<number>) =>
  expect(Math.max(...got.map((value, i) => Math.abs(value - expected[i]!)))).toBeLessThan(1e-6);

describe.each([
  [
    "mean",
    (rows: Float32Array[]) =>
      rows[0]!.map((_, i) => rows.reduce((sum, row) => sum + row[i]!, 0) / rows.length),
  ],
  ["last", (rows: Float32Array[]) => rows.at(-1)!],
  ["cls", (rows: Float32Array[]) => rows[0]!],
] as const)("pooling %s", (pooling, expected) => {
  test("of the rows after the last norm, whatever the chunks", async () => {
    for (const maxTokens of [4, 64]) {
      const { model } = await tinyModel({ maxTokens });
      const { embeddings, usage } = await model.embed(TEXTS, { pooling, normalize: false });
      expect(usage.promptTokens).toBe(22);
      for (const [i, text] of TEXTS.entries()) close(embeddings[i]!, expected(await finals(model, text)));
    }
  });

  test("normalised by default", async () => {
    const { model } = await tinyModel();
    for (const vector of (await model.embed(TEXTS, { pooling })).embeddings)
      expect(vector.reduce((sum, value) => sum + value * value, 0)).toBeCloseTo(1, 5);
  });
});

test("beside answers, in a pool that holds hardly anything", async () => {
  const { model } = await tinyModel({ context: 64, sessions: 1, blockTokens: 16 });
  const alone = await model.embed(TEXTS);
  const prompt = new Array(30).fill(3);
  const answer = (await model.generate(prompt, { maxTokens: 20 }).result).tokens;
  const [embedded, ...answers] = await Promise.all([
    model.embed([...TEXTS, ...TEXTS, ...TEXTS]),
    ...[1, 2, 3].map(() => model.generate(prompt, { maxTokens: 20 }).result),
  ]);
  expect(embedded.embeddings.slice(0, 4)).toEqual(alone.embeddings);
  for (const { tokens } of answers) expect(tokens).toEqual(answer);
  expect(model.stats().blocks.used).toBe(0);
});

test("texts of letters are read as prompts are", async () => {
  const { model } = await tinyModel();
  const [text, ids] = (await model.embed(["abc", [31, 0, 1, 2]])).embeddings;
  expect(text).toEqual(ids);
});

test("what cannot be embedded is refused", async () => {
  const { model, device } = await tinyModel();
  await expect(model.embed([[1], []])).rejects.toThrow("texts: entry 1 is empty");
  await expect(model.embed([[99]])).rejects.toMatchObject({ code: "bad-option" });
  await expect(model.embed([new Array(201).fill(1)])).rejects.toMatchObject({ code: "context-overflow" });
  await expect(model.embed([[1]], { pooling: "max" as "mean" })).rejects.toThrow('pooling must be "mean"');
  await expect(model.embed([[1]], { signal: AbortSignal.abort() })).rejects.toMatchObject({
    code: "aborted",
  });
  const { model: plain } = await tinyModel({ embedGraph: undefined as never });
  await expect(plain.embed([[1]])).rejects.toMatchObject({ code: "unsupported" });
  await model.dispose();
  expect(device.liveBytes()).toBe(0);
  await expect(model.embed([[1]])).rejects.toMatchObject({ code: "disposed" });
});
