import { reference } from "@engine/backend-reference";
import { EngineError } from "@engine/core";
import { describe, expect, test } from "vitest";
import { countSteps, tinyModel, VOCAB } from "../test/tiny-model.ts";
import type { TextModel } from "./index.ts";

const PROMPT = [3, 14, 15, 9, 2, 6, 5, 30, 8, 9, 7, 9];
const SMALL = { context: 64, sessions: 1, blockTokens: 16 };

const answer = async (model: TextModel, prompt: readonly number[], maxTokens = 8) =>
  (await model.generate(prompt, { maxTokens }).result).tokens;

/** Different prompts, of one length. */
const prompt = (who: number, length = 20): number[] =>
  Array.from({ length }, (_, i) => (i * 7 + who * 5 + ((i * who) >> 2)) % 31);

test("answers at once share their steps", async () => {
  const device = await reference.open();
  const steps = countSteps(device);
  const { model } = await tinyModel({ device });
  const alone = [];
  for (const who of [1, 2, 3, 4]) alone.push(await answer(model, prompt(who, 16)));
  const before = steps.count;
  expect(await Promise.all([1, 2, 3, 4].map((who) => answer(model, prompt(who, 16))))).toEqual(alone);
  expect(steps.count - before).toBe(8);
});

test("a token is told once the next step runs, the last one at the end, and at once where another's turn comes first", async () => {
  const device = await reference.open();
  const steps = countSteps(device);
  const { model } = await tinyModel({ device });
  const begun = async (): Promise<number[]> => {
    const [seen, before] = [[] as number[], steps.count];
    for await (const _ of model.generate(prompt(1), { maxTokens: 4 })) seen.push(steps.count - before);
    return seen;
  };
  expect(await begun()).toEqual([2, 3, 4, 4]);
  // A text that is read meanwhile takes the second step, and a turn to give its blocks back.
  steps.onStep = (count) => void (count === 5 && model.logits(prompt(2), { onRow: () => {} }));
  expect(await begun()).toEqual([1, 3, 5, 5]);
});

test("answers whose grammar tells in time share the steps, a slow grammar holds up its own answer alone", async () => {
  const device = await reference.open();
  const steps = countSteps(device);
  const { model } = await tinyModel({ device });
  const alone = [];
  for (const who of [1, 2, 3]) alone.push(await answer(model, prompt(who, 16)));
  const held = (who: number, allowed: () => Promise<undefined>) =>
    model.generate(prompt(who, 16), {
      maxTokens: 8,
      constraint: { allowed, accept() {}, finished: false },
    }).result;
  const before = steps.count;
  const soon = () => new Promise<undefined>((resolve) => setImmediate(() => resolve(undefined)));
  const both = await Promise.all([
    held(1, soon),
    held(2, soon),
    model.generate(prompt(3, 16), { maxTokens: 8 }).result,
  ]);
  expect(both.map(({ tokens }) => tokens)).toEqual(alone);
  expect(steps.count - before).toBe(8);

  let release = (): void => {};
  const released = new Promise<undefined>((resolve) => {
    release = () => resolve(undefined);
  });
  const slow = held(1, () => released);
  expect(await answer(model, prompt(2, 16))).toEqual(alone[1]);
  const stop = new AbortController();
  const left = model.generate(prompt(3, 16), {
    signal: stop.signal,
    constraint: { allowed: () => released, accept() {}, finished: false },
  }).result;
  stop.abort();
  expect((await left).finishReason).toBe("abort");
  release();
  expect((await slow).tokens).toEqual(alone[0]);
});

test("a common beginning is computed once, also by those that come at once", async () => {
  const { model } = await tinyModel({ blockTokens: 16, maxTokens: 24 });
  const system = prompt(9, 100);
  const ask = (who: number) => model.generate([...system, ...prompt(who, 10)], { maxTokens: 4 }).result;
  const results = await Promise.all([1, 2, 3, 4, 5].map(ask));
  const cached = results.map(({ usage }) => usage.cachedTokens);
  // 96 of 100 places are whole blocks.
  expect(cached).toEqual([0, 96, 96, 96, 96]);
  const { promptTokens, sharedTokens } = model.stats();
  expect([promptTokens, sharedTokens]).toEqual([110 + 4 * 14, 4 * 96]);
  expect((await ask(1)).usage.cachedTokens).toBe(96);
  const { model: plain } = await tinyModel({ blockTokens: 16, prefixCache: false });
  for (const [i, { tokens }] of results.entries()) {
    const lone = await plain.generate([...system, ...prompt(i + 1, 10)], { maxTokens: 4 }).result;
    expect([lone.tokens, lone.usage.cachedTokens]).toEqual([tokens, 0]);
  }
});

test("who is first goes on when another gives its blocks up; the tokens are the same", async () => {
  const { model } = await tinyModel(SMALL);
  const alone = [];
  for (const who of [1, 2, 3]) alone.push(await answer(model, prompt(who), 30));
  expect(await Promise.all([1, 2, 3].map((who) => answer(model, prompt(who), 30)))).toEqual(alone);
  expect(model.stats().preemptions).toBeGreaterThan(0);
  expect(model.stats().blocks).toMatchObject({ total: 4, used: 0, free: 4 });
});

test("more wait than run, in order; one too many is refused as busy", async () => {
  const { model } = await tinyModel({ maxSequences: 2, maxWaiting: 3 });
  const ended: number[] = [];
  const asks = [0, 1, 2, 3, 4].map(async (who) => {
    const { timings } = await model.generate(prompt(who), { maxTokens: 5 }).result;
    ended.push(who);
    return timings.queueMs;
  });
  const generation = model.generate(prompt(6));
  await expect(generation.result).rejects.toMatchObject({
    code: "busy",
    message: expect.stringContaining("3 wait"),
  });
  const queued = await Promise.all(asks);
  expect(ended).toEqual([0, 1, 2, 3, 4]);
  expect(queued[4]!).toBeGreaterThan(queued[0]!);
  expect(await answer(model, prompt(6))).toHaveLength(8);
});

test("the counts tell who runs and who waits", async () => {
  const { model } = await tinyModel({ maxSequences: 2 });
  const seen: [number, number][] = [];
  const asks = [1, 2, 3].map(async (who) => {
    for await (const _ of model.generate(prompt(who), { maxTokens: 6 })) {
      const { running, waiting, blocks } = model.stats();
      seen.push([running, waiting]);
      // The last token may come when all have ended.
      if (running > 0) expect(blocks.used).toBeGreaterThan(0);
    }
  });
  await Promise.all(asks);
  expect(seen).toContainEqual([2, 1]);
  const { steps, generatedTokens, tokensPerSecond, running, waiting } = model.stats();
  expect([generatedTokens, running, waiting]).toEqual([18, 0, 0]);
  expect(steps).toBeLessThan(18);
  expect(tokensPerSecond).toBeGreaterThan(0);
});

describe("what one does is no business of the others", () => {
  const others = [2, 3];

  test("stopping: in the queue, and in the middle of its answer", async () => {
    const { model } = await tinyModel({ maxSequences: 2 });
    const expected = await answer(model, prompt(2));
    const [running, waiting] = [new AbortController(), new AbortController()];
    const stopped = model.generate(prompt(1), { maxTokens: 30, signal: running.signal }).result;
    const kept = model.generate(prompt(2), { maxTokens: 8 }).result;
    const never = model.generate(prompt(3), { signal: waiting.signal }).result;
    waiting.abort();
    expect(await never).toMatchObject({ finishReason: "abort", tokens: [] });
    running.abort();
    expect((await stopped).finishReason).toBe("abort");
    expect((await kept).tokens).toEqual(expected);
    expect(model.stats().blocks.used).toBe(0);
  });

  test.each<[string, object]>([
    ["steer", { steer: () => [VOCAB] }],
    ["onProgress", { onProgress: () => JSON.parse("{") }],
    ["constraint", { constraint: { allowed: () => JSON.parse("{"), accept() {}, finished: false } }],
    [
      "a bias against all",
      { logitBias: Object.fromEntries([...Array(VOCAB).keys()].map((id) => [id, -Infinity])) },
    ],
  ])("an error in %s", async (_, options) => {
    const { model } = await tinyModel();
    const expected = [];
    for (const who of others) expected.push(await answer(model, prompt(who)));
    const failing = model.generate(prompt(1), { maxTokens: 8, ...options }).result;
    const kept = others.map((who) => answer(model, prompt(who)));
    await expect(failing).rejects.toThrow();
    expect(await Promise.all(kept)).toEqual(expected);
    expect(model.stats().blocks.used).toBe(0);
  });

  test("a step that fails for one of them is run for each by itself", async () => {
    const device = await reference.open();
    const plan = device.plan.bind(device);
    device.plan = async (...args) => {
      const made = await plan(...args);
      const run = made.run.bind(made);
      made.run = async (step, ...rest) => {
        if (step.tokens.includes(13)) throw new EngineError("backend-failed", "No 13 here.");
        return run(step, ...rest);
      };
      return made;
    };
    const { model } = await tinyModel({ device });
    const clean = (who: number): number[] => prompt(who).map((id) => (id === 13 ? 12 : id));
    const bias = { logitBias: { 13: -100 }, maxTokens: 8 };
    const expected = [];
    for (const who of others) expected.push((await model.generate(clean(who), bias).result).tokens);
    const failing = model.generate([1, 13, 2], bias).result;
    const kept = others.map(async (who) => (await model.generate(clean(who), bias).result).tokens);
    await expect(failing).rejects.toThrow("No 13 here.");
    expect(await Promise.all(kept)).toEqual(expected);
  });
});

test("a text that all blocks together cannot hold is refused with the numbers", async () => {
  const { model } = await tinyModel({ ...SMALL, context: 20 });
  // The context is 20 tokens, which take two blocks of 16.
  await expect(model.generate(prompt(1, 20)).result).rejects.toMatchObject({ code: "context-overflow" });
  expect(await answer(model, prompt(1, 19))).toHaveLength(1);
});

test("a long prompt and many short ones all come to their end", async () => {
  const { model } = await tinyModel({ maxTokens: 8, maxSequences: 4 });
  const order: string[] = [];
  const ask = (name: string, ids: number[], maxTokens: number) =>
    model.generate(ids, { maxTokens }).result.then(() => order.push(name));
  const asks = [ask("long", prompt(1, 150), 1)];
  for (let i = 0; i < 12; i++) asks.push(ask("short", prompt(i + 2, 9), 3));
  await Promise.all(asks);
  const at = order.indexOf("long");
  expect(at).toBeGreaterThan(2);
  expect(order).toHaveLength(13);
});

test("an answer goes on between the parts of a long prompt; alone that prompt is read in one step", async () => {
  const { model } = await tinyModel({ maxTokens: 256, prefixCache: false });
  const before = model.stats().steps;
  await answer(model, prompt(2, 190), 1);
  expect(model.stats().steps - before).toBe(1);
  let [tokens, begun] = [0, 0];
  let late: Promise<unknown> | undefined;
  for await (const _ of model.generate(prompt(1), { maxTokens: 20 })) {
    tokens++;
    late ??= answer(model, prompt(2, 190), 1).then(() => {
      begun = tokens;
    });
  }
  await late;
  expect(begun).toBeGreaterThanOrEqual(4);
  expect(begun).toBeLessThan(8);
});

test("log-probabilities read while answers run change nothing", async () => {
  const { model } = await tinyModel(SMALL);
  const alone = [];
  for (const who of [1, 2]) alone.push(await answer(model, prompt(who), 25));
  const rows: Float32Array[] = [];
  const reading = model.logits(PROMPT, { onRow: (at, row) => (rows[at] = row.slice()) });
  const together = Promise.all([1, 2].map((who) => answer(model, prompt(who), 25)));
  expect(await together).toEqual(alone);
  await reading;
  const before = rows.splice(0);
  await model.logits(PROMPT, { onRow: (at, row) => (rows[at] = row.slice()) });
  expect(rows).toEqual(before);
});
