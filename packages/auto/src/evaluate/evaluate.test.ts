import type { LogitsOptions } from "@engine/runtime";
import { expect, it } from "vitest";
import { charTokenizer } from "../../test/scripted.ts";
import { compareModels } from "./compare.ts";
import { measureImportance } from "./importance.ts";
import { measurePerplexity } from "./perplexity.ts";
import { textPieces } from "./text-pieces.ts";

/** A model that gives these logits after each token, whatever came before. */
function model(logitsAfter: Readonly<Record<number, readonly number[]>>, vocab = 3) {
  return {
    name: "fake",
    vocab,
    async logits(ids: readonly number[], { onRow }: LogitsOptions): Promise<void> {
      const row = new Float32Array(vocab);
      ids.forEach((id, position) => {
        row.set(logitsAfter[id]!);
        onRow(position, row);
      });
    },
  };
}
const LN = (values: readonly number[]) => values.map(Math.log);

it("measures perplexity over all tokens but the first of each piece", async () => {
  const probabilities = {
    0: LN([0.5, 0.25, 0.25]),
    1: LN([0.1, 0.1, 0.8]).map((x) => x + 70),
    2: LN([1, 0, 0]),
  };
  const result = await measurePerplexity(model(probabilities), [
    [0, 1, 2],
    [2, 0],
  ]);
  expect(result).toMatchObject({ tokens: 3, pieces: 2 });
  expect(result.perplexity).toBeCloseTo((0.25 * 0.8 * 1) ** (-1 / 3), 5);
  await expect(measurePerplexity(model(probabilities), [[1]])).rejects.toThrow("at least two tokens");
});

it("compares predictions: KL divergence, the likeliest token, both perplexities", async () => {
  const first = model({ 0: LN([0.5, 0.25, 0.25]), 1: LN([0.2, 0.7, 0.1]) });
  const second = model({ 0: LN([0.25, 0.5, 0.25]), 1: LN([0.2, 0.7, 0.1]).map((x) => x - 3) });
  const result = await compareModels(first, second, { pieces: [[0, 1, 1]] });
  const kl = 0.5 * Math.log(2) + 0.25 * Math.log(0.5);
  expect(result.kl.max).toBeCloseTo(kl, 6);
  expect(result.kl.mean).toBeCloseTo(kl / 2, 6);
  expect(result.topAgreement).toBe(0.5);
  expect(result.perplexity[0]).toBeCloseTo((0.25 * 0.7) ** -0.5, 5);
  expect(result.perplexity[1]).toBeCloseTo((0.5 * 0.7) ** -0.5, 5);
});

it("refuses models of different vocabularies, and pieces whose logits are too many", async () => {
  const pieces = [[0, 1]];
  await expect(compareModels(model({}), model({}, 4), { pieces })).rejects.toThrow("one vocabulary");
  const large = model({}, 2 ** 29);
  await expect(compareModels(large, large, { pieces })).rejects.toThrow("a context of at most 0");
});

it("cuts a text into pieces or windows", () => {
  const tokenizer = charTokenizer(["<s>"], { template: "" });
  const bos = {
    encode: (text: string, { addSpecialTokens = true } = {}) => {
      const ids = tokenizer.encode(text, { addSpecialTokens: false });
      return addSpecialTokens ? [tokenizer.tokenId("<s>")!, ...ids] : ids;
    },
  };
  const shown = (text: string, options: Parameters<typeof textPieces>[2]) =>
    textPieces(text, bos, options).map((ids) => tokenizer.decode(ids));
  expect(shown("ab|\ncdefg\n|h", { split: "|", context: 4 })).toEqual(["<s>ab", "<s>cde", "<s>h"]);
  expect(shown("ab|cdefg|h", { split: "|", context: 9, chars: 7 })).toEqual(["<s>ab"]);
  expect(shown("ab|cdefg|h", { split: "|", context: 9, chars: 100 })).toEqual(["<s>ab", "<s>cdefg", "<s>h"]);
  expect(shown("abcdefg", { context: 4 })).toEqual(["<s>abc", "<s>def", "<s>g"]);
  expect(() => shown("", { context: 4 })).toThrow("no piece of two or more tokens");
  expect(() => shown("ab", { split: "", context: 4 })).toThrow("separator");
});

it("measures how large the inputs of weights are", async () => {
  const taps = {
    async logits(ids: readonly number[], { onTap }: LogitsOptions): Promise<void> {
      onTap!("w", 0, Float32Array.from(ids.flatMap((id) => [id, 2])), 2);
    },
  };
  const importance = await measureImportance(taps, [[1, 3], [5]]);
  expect([...importance]).toEqual([["w", Float32Array.of(Math.sqrt(35 / 3), 2)]]);
  await expect(measureImportance(model({ 0: [0, 0, 0] }), [[0]])).rejects.toThrow("inputs");
});
