import { EngineError, selectRow } from "@engine/core";
import { describe, expect, test } from "vitest";
import { Sampler } from "./sampler.ts";
import { resolveSampling, type SamplingOptions } from "./sampling-options.ts";

const SMALL = Float32Array.of(1.2, -0.4, 3.1, 0.3, 2.9, -2, 0, 1.9);

/** One token, chosen as a device and the sampler do it together. */
async function choose(sampler: Sampler, logits: Float32Array, place: number): Promise<number> {
  const { ids, values, lse } = selectRow(logits, 0, sampler.select(place));
  return sampler.choose(place, { ids, values, lse: Float32Array.from(lse) }, async (into) =>
    into.set(logits),
  );
}

function sampler(options: SamplingOptions, logits = SMALL, text: readonly number[] = []): Sampler {
  return new Sampler(resolveSampling({ seed: 5, ...options }, logits.length), logits.length, { text });
}

/** How often each token comes in so many draws. */
async function counts(options: SamplingOptions, draws: number, logits = SMALL): Promise<number[]> {
  const one = sampler(options, logits);
  const found = new Array<number>(logits.length).fill(0);
  for (let place = 0; place < draws; place++) found[await choose(one, logits, place)]!++;
  return found;
}

function softmax(logits: ArrayLike<number>, temperature = 1): number[] {
  const weights = Array.from(logits, (x) => Math.exp(x / temperature));
  const total = weights.reduce((a, b) => a + b);
  return weights.map((w) => w / total);
}

/** Pearson's statistic over the tokens that can come; others must not come at all. */
function misfit(found: readonly number[], expected: readonly number[]): number {
  const draws = found.reduce((a, b) => a + b);
  let sum = 0;
  expected.forEach((p, id) => {
    if (p === 0) expect(found[id]).toBe(0);
    else sum += (found[id]! - draws * p) ** 2 / (draws * p);
  });
  return sum;
}

/** The distribution with only these tokens left. */
function only(probabilities: readonly number[], ids: readonly number[]): number[] {
  const total = ids.reduce((sum, id) => sum + probabilities[id]!, 0);
  return probabilities.map((p, id) => (ids.includes(id) ? p / total : 0));
}

describe("draws follow the distribution", () => {
  // 7 degrees of freedom: 24.3 is passed by chance once in a thousand.
  test.each<[string, SamplingOptions, number[]]>([
    ["the whole vocabulary", { temperature: 1 }, softmax(SMALL)],
    ["a low temperature", { temperature: 0.5 }, softmax(SMALL, 0.5)],
    ["a high temperature", { temperature: 3 }, softmax(SMALL, 3)],
    ["top-k", { temperature: 1, topK: 3 }, only(softmax(SMALL), [2, 4, 7])],
    ["top-p", { temperature: 1, topP: 0.8 }, only(softmax(SMALL), [2, 4, 7])],
    ["min-p", { temperature: 1, minP: 0.14 }, only(softmax(SMALL), [2, 4, 7, 0])],
  ])("%s", async (_, options, expected) => {
    expect(misfit(await counts(options, 6000), expected)).toBeLessThan(24.3);
  });

  test("a cut that keeps everything draws like the whole vocabulary, by the host's other way", async () => {
    expect(misfit(await counts({ temperature: 1, minP: 1e-9 }, 6000), softmax(SMALL))).toBeLessThan(24.3);
  });
});

describe("cuts", () => {
  const even = Float32Array.from({ length: 400 }, (_, id) => (id % 2 === 0 ? 1 : 0.5));

  test("top-p reads all logits when the candidates do not reach it", async () => {
    // 1 and 0.5 by turns: the 128 candidates hold about 40 % of the mass; 200 tokens of 1 hold 62 %.
    const found = await counts({ temperature: 1, topP: 0.6 }, 2000, even);
    const drawn = found.flatMap((count, id) => (count > 0 ? [id] : []));
    expect(drawn.every((id) => id % 2 === 0)).toBe(true);
    const kept = Math.ceil(0.6 / softmax(even)[0]!);
    expect(Math.max(...drawn)).toBeLessThan(2 * kept);
    expect(drawn.length).toBeGreaterThan(180);
  });

  test("a short list and all logits give the same tokens", async () => {
    const steep = Float32Array.from({ length: 2000 }, (_, id) => -id / 10 + (id % 3));
    const few = sampler({ temperature: 1, topP: 0.9 }, steep);
    const all = sampler({ temperature: 1, topP: 0.9, topK: 1500 }, steep);
    expect([few.top, all.top]).toEqual([128, 1]);
    for (let place = 0; place < 200; place++) {
      expect(await choose(all, steep, place)).toBe(await choose(few, steep, place));
    }
  });

  test("top-p is measured on what top-k left", async () => {
    // Of the two left, the first has 55 %: enough for 0.5, which needs three of the whole vocabulary's.
    const found = await counts({ temperature: 1, topK: 2, topP: 0.5 }, 200);
    expect(found.flatMap((count, id) => (count > 0 ? [id] : []))).toEqual([2]);
  });

  test("topP 0 and topK 1 leave the likeliest", async () => {
    for (const options of [{ topP: 0 }, { topK: 1 }, { minP: 1 }]) {
      const found = await counts({ temperature: 5, ...options }, 50);
      expect(found[2]).toBe(50);
    }
  });

  test("ties at the border go to the smaller id, as far as the cut reaches", async () => {
    const flat = new Float32Array(140);
    const found = await counts({ temperature: 1, topP: 0.9999 }, 1500, flat);
    expect(found.every((count) => count > 0)).toBe(true);
    const half = await counts({ temperature: 1, topP: 0.5 }, 1000, flat);
    expect(half.slice(0, 70).every((count) => count > 0)).toBe(true);
    expect(half.slice(71).every((count) => count === 0)).toBe(true);
  });
});

describe("penalties and bias", () => {
  const greedyAfter = async (options: SamplingOptions, answer: readonly number[], prompt: number[] = []) => {
    const one = sampler(options, SMALL, prompt);
    for (const token of answer) one.accept(token);
    return selectRow(SMALL, 0, { ...one.select(9), top: 8 });
  };
  const logitOf = ({ ids, values }: { ids: Int32Array; values: Float32Array }, id: number) =>
    values[ids.indexOf(id)]!;

  test("repetition: prompt and answer, once each, by the sign", async () => {
    const row = await greedyAfter({ repetitionPenalty: 2 }, [2, 2, 5], [1, 1]);
    expect(logitOf(row, 2)).toBeCloseTo(3.1 / 2, 6);
    expect(logitOf(row, 5)).toBeCloseTo(-2 * 2, 6);
    expect(logitOf(row, 1)).toBeCloseTo(-0.4 * 2, 6);
    expect(logitOf(row, 4)).toBeCloseTo(2.9, 6);
  });

  test("frequency counts, presence does not, and the prompt is left alone", async () => {
    const row = await greedyAfter({ frequencyPenalty: 0.5, presencePenalty: 0.25 }, [2, 2, 2, 4], [7]);
    expect(logitOf(row, 2)).toBeCloseTo(3.1 - 3 * 0.5 - 0.25, 6);
    expect(logitOf(row, 4)).toBeCloseTo(2.9 - 0.5 - 0.25, 6);
    expect(logitOf(row, 7)).toBeCloseTo(1.9, 6);
  });

  test("all together: divide, then add", async () => {
    const options = { repetitionPenalty: 2, frequencyPenalty: 1, logitBias: { 2: 0.5, 6: -1 } };
    const row = await greedyAfter(options, [2]);
    expect(logitOf(row, 2)).toBeCloseTo(3.1 / 2 - 1 + 0.5, 6);
    expect(logitOf(row, 6)).toBeCloseTo(-1, 6);
  });

  test("a forbidden token never comes; forbidding all is an error", async () => {
    const found = await counts({ temperature: 1, logitBias: { 2: Number.NEGATIVE_INFINITY } }, 500);
    expect(found[2]).toBe(0);
    const none = Object.fromEntries(Array.from(SMALL, (_, id) => [id, Number.NEGATIVE_INFINITY]));
    await expect(counts({ temperature: 1, logitBias: none }, 1)).rejects.toThrow(
      "Every token is forbidden here",
    );
  });
});

describe("seeds", () => {
  test.each<SamplingOptions>([{ temperature: 1 }, { temperature: 1, topK: 5 }])("%j", async (options) => {
    const text = async (seed: number): Promise<number[]> => {
      const one = sampler({ ...options, seed });
      const tokens: number[] = [];
      for (let place = 0; place < 40; place++) tokens.push(await choose(one, SMALL, place));
      return tokens;
    };
    expect(await text(1)).toEqual(await text(1));
    expect(await text(1)).not.toEqual(await text(2));
    expect(await text(1)).not.toEqual(await text(1 + 2 ** 32));
  });

  test("without one, each answer has its own", () => {
    const seeds = Array.from({ length: 20 }, () => resolveSampling({}, 8).seed);
    expect(new Set(seeds).size).toBe(20);
    expect(seeds.every((seed) => Number.isSafeInteger(seed) && seed >= 0)).toBe(true);
  });
});

test("greedy takes the largest; of equals the smaller id", async () => {
  expect(await choose(sampler({}), SMALL, 0)).toBe(2);
  expect(await choose(sampler({}, Float32Array.of(1, 3, 3)), Float32Array.of(1, 3, 3), 0)).toBe(1);
});

test("greedy unless a temperature or a cut is asked for", () => {
  expect(resolveSampling({}, 8).temperature).toBe(0);
  expect(resolveSampling({ topP: 0.9 }, 8).temperature).toBe(1);
  expect(resolveSampling({ topP: 0.9, temperature: 0 }, 8).temperature).toBe(0);
});

test("logits that are not numbers are an error, not a token", async () => {
  const broken = Float32Array.of(1, Number.NaN, 2);
  await expect(choose(sampler({}, broken), broken, 3)).rejects.toThrow("place 3 are not finite");
});

test.each<[SamplingOptions, string]>([
  [{ temperature: -1 }, "temperature must be a number from 0 to 100, but is -1"],
  [{ temperature: Number.NaN }, "temperature must be"],
  [{ topK: 1.5 }, "topK must be a whole number from 0, but is 1.5"],
  [{ topP: 1.1 }, "topP must be a number from 0 to 1"],
  [{ minP: -0.1 }, "minP must be a number from 0 to 1"],
  [{ repetitionPenalty: 0 }, "repetitionPenalty must be a number from 0.01"],
  [{ frequencyPenalty: 3 }, "frequencyPenalty must be a number from -2 to 2"],
  [{ presencePenalty: -3 }, "presencePenalty must be a number from -2 to 2"],
  [{ seed: -1 }, "seed must be a whole number from 0"],
  [{ logitBias: { 8: 1 } }, 'logitBias: "8" is no token id; ids are 0 to 7'],
  [{ logitBias: { 1: Number.NaN } }, "logitBias: token 1 must have a number"],
])("%j is refused", (options, message) => {
  expect(() => resolveSampling(options, 8)).toThrow(EngineError);
  expect(() => resolveSampling(options, 8)).toThrow(message);
});
