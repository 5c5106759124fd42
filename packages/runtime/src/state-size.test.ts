import type { CacheSpec } from "@engine/core";
import { expect, test } from "vitest";
import { planState, stateBytes } from "./state-size.ts";

const full: CacheSpec = { name: "0", group: 0, heads: 2, keyDim: 8, valueDim: 8, dtype: "f32" };
const windowed: CacheSpec = { ...full, name: "1", group: 1, window: 100 };
/** 2 heads of 16 numbers of 4 bytes. */
const PER_TOKEN = 128;
const GB = 2 ** 30;
const base = { caches: [full], states: [], blockTokens: 32, maxTokens: 64, budget: GB };

test("the model's own context, for up to four texts", () => {
  const plan = planState({ ...base, modelContext: 1000 });
  expect(plan).toEqual({
    context: 1000,
    sessions: 4,
    size: { blockTokens: 32, blocks: [4 * 32], slots: 12 },
    bytes: 4 * 1024 * PER_TOKEN,
  });
});

test("less where the budget holds less, down to one text", () => {
  const plan = planState({ ...base, modelContext: 100_000, budget: 5000 * PER_TOKEN });
  expect([plan.context, plan.sessions]).toEqual([4992, 1]);
  expect(plan.bytes).toBeLessThanOrEqual(5000 * PER_TOKEN);
});

test("4096 where the config says nothing", () => {
  expect(planState(base).context).toBe(4096);
});

test("what is asked for is given, beyond budget and model", () => {
  const plan = planState({ ...base, modelContext: 100, context: 5000, sessions: 7, budget: 1 });
  expect([plan.context, plan.sessions]).toEqual([5000, 7]);
  expect(plan.size.blocks).toEqual([7 * 157]);
});

test("a window keeps only what it can reach while a step appends", () => {
  const plan = planState({ ...base, caches: [full, windowed], modelContext: 10_000, sessions: 1 });
  // 99 places behind the row and 64 new ones span at most 7 blocks of 32.
  expect(plan.size.blocks).toEqual([313, 7]);
  expect(planState({ ...base, caches: [full, windowed], context: 40, sessions: 1 }).size.blocks).toEqual([
    2, 2,
  ]);
});

test("too little memory for any text is an error with the numbers", () => {
  expect(() => planState({ ...base, budget: 64 * PER_TOKEN })).toThrow(
    `The caches of 128 tokens take ${128 * PER_TOKEN} bytes, but only ${64 * PER_TOKEN}`,
  );
  expect(planState({ ...base, modelContext: 64, budget: 64 * PER_TOKEN }).context).toBe(64);
});

test.each([{ context: 0 }, { context: 1.5 }, { sessions: 0 }])("%j is refused", (wish) => {
  expect(() => planState({ ...base, ...wish })).toThrow("must be a whole number from 1");
});

test("windows and recurrent state are there for more texts at once where the budget holds them", () => {
  const states = [{ name: "delta", shape: [1024] }];
  const wish = { ...base, states, caches: [full, windowed], context: 10_000, sessions: 2 };
  const plan = planState({ ...wish, maxSequences: 16 });
  expect(plan.size).toEqual({ blockTokens: 32, blocks: [2 * 313, 16 * 7], slots: 16 * 3 });
  const short = planState({ ...wish, maxSequences: 16, budget: plan.bytes - 1 });
  expect(short.size.slots).toBe(15 * 3);
  expect(short.bytes).toBeLessThan(plan.bytes);
  expect(planState({ ...wish, maxSequences: 16, budget: 1 }).size).toEqual(planState(wish).size);
});

test("recurrent state counts: each text reads one slot and writes another, and may leave a third", () => {
  const states = [{ name: "delta", shape: [2, 3, 4] }];
  const [plan, without] = [planState({ ...base, states, sessions: 3 }), planState({ ...base, sessions: 3 })];
  expect(plan.size.slots).toBe(9);
  expect(plan.bytes - without.bytes).toBe(9 * 24 * 4);
});

test("bytes count every cache in its group's blocks", () => {
  expect(stateBytes([full, windowed, { ...full, dtype: "f16" }], [3, 2], 32)).toBe(
    32 * PER_TOKEN * (3 + 2 + 1.5),
  );
});
