import { type Backend, type Device, EngineError, SEQUENCE, type StepInput } from "@engine/core";
import { afterEach, beforeEach, expect, test } from "vitest";
import { expectSameBits } from "../same-bits.ts";
import { singleStep } from "./steps.ts";
import { openToy, TOY, type Toy, toyText } from "./toy.ts";

const text = toyText("runs", 40);

const given = (step: StepInput, rows: readonly number[], numbers: number): StepInput => ({
  ...step,
  embeddings: { rows: Int32Array.from(rows), values: new Float32Array(numbers) },
});

/** Order, input and output arrays, refusals and aborts. */
export function testRuns(backend: Backend): void {
  let device: Device;
  let toy: Toy;
  beforeEach(async () => {
    device = await backend.open();
    toy = await openToy(device);
  });
  afterEach(async () => {
    await toy.dispose();
    await device.close();
  });

  const lastLogits = async (row = 0): Promise<Float32Array> => {
    const into = new Float32Array(TOY.vocab);
    await toy.plan.logits(row, into);
    return into;
  };
  const whole = async (): Promise<Float32Array> => {
    await toy.plan.run(singleStep(text, { wanted: [text.length - 1] }), {});
    return lastLogits();
  };

  test("queued runs happen in call order", async () => {
    const alone = await whole();
    const runs: Promise<void>[] = [];
    const order: number[] = [];
    // In other blocks, each step on the keys of the one before it.
    for (let at = 0; at < text.length; at += 8) {
      const step = singleStep(text.slice(at, at + 8), { cached: at, blocks: [9, 4, 7], wanted: [7] });
      runs.push(toy.plan.run(step, {}).then(() => void order.push(at)));
    }
    await Promise.all(runs);
    expect(order).toEqual([0, 8, 16, 24, 32]);
    expectSameBits(await lastLogits(), alone);
  });

  test("copies its input before run returns", async () => {
    const alone = await whole();
    const step = singleStep(text, { blocks: [4, 5, 6], wanted: [text.length - 1] });
    const run = toy.plan.run(step, {});
    for (const array of [step.tokens, step.positions, step.extents, step.sequences, step.wanted])
      array.fill(3);
    for (const table of step.tables) table.fill(11);
    await run;
    expectSameBits(await lastLogits(), alone);
  });

  test("no wanted rows is a step, and its keys count", async () => {
    const alone = await whole();
    await toy.plan.run(singleStep(text.slice(0, 39), { blocks: [8, 9, 10], wanted: [] }), {});
    await toy.plan.run(singleStep(text.slice(39), { cached: 39, blocks: [8, 9, 10] }), {});
    expectSameBits(await lastLogits(), alone);
  });

  test("writes other outputs into the caller's arrays", async () => {
    const hidden = new Float32Array(text.length * TOY.hidden).fill(Number.NaN);
    await toy.plan.run(singleStep(text), { tensors: { hidden } });
    expect(hidden.every(Number.isFinite)).toBe(true);
    const again = new Float32Array(hidden.length);
    await toy.plan.run(singleStep(text), { tensors: { hidden: again } });
    expectSameBits(again, hidden);
  });

  const spoiled: Readonly<Record<string, (step: StepInput) => StepInput>> = {
    "no tokens": (step) => ({ ...step, tokens: new Int32Array(0) }),
    "more tokens than the program takes": () => singleStep(toyText("long", 65), { blocks: [0, 1, 2, 3, 4] }),
    "a token past the vocabulary": (step) => ({ ...step, tokens: step.tokens.with(3, TOY.vocab) }),
    "a negative token": (step) => ({ ...step, tokens: step.tokens.with(3, -1) }),
    "too few positions": (step) => ({ ...step, positions: step.positions.slice(1) }),
    "too few extents": (step) => ({ ...step, extents: step.extents.slice(1) }),
    "media of too few rows": (step) => ({ ...step, media: new Int32Array(step.tokens.length - 1).fill(-1) }),
    "too few numbers of given embeddings": (step) => given(step, [3, 4], 2 * TOY.hidden - 1),
    "given embeddings out of order": (step) => given(step, [4, 3], 2 * TOY.hidden),
    "given embeddings past the end": (step) => given(step, [step.tokens.length], TOY.hidden),
    "wanted rows out of order": (step) => ({ ...step, wanted: Int32Array.of(5, 4) }),
    "a wanted row twice": (step) => ({ ...step, wanted: Int32Array.of(4, 4) }),
    "a wanted row past the end": (step) => ({ ...step, wanted: Int32Array.of(step.tokens.length) }),
    "a block table too short for its text": (step) => ({
      ...step,
      tables: step.tables.map((t) => t.slice(0, 2)),
    }),
    "a missing block table": (step) => ({ ...step, tables: step.tables.slice(1) }),
    "a block past the pool": (step) => ({ ...step, tables: step.tables.map((t) => t.with(1, 12)) }),
    "no block where a row is cached": (step) => ({ ...step, tables: step.tables.map((t) => t.with(2, -1)) }),
    "half a sequence record": (step) => ({ ...step, sequences: step.sequences.slice(1) }),
    "fewer rows in sequences than tokens": (step) => ({
      ...step,
      sequences: step.sequences.with(SEQUENCE.rows, step.tokens.length - 1),
    }),
    "a negative cached length": (step) => ({ ...step, sequences: step.sequences.with(SEQUENCE.cached, -1) }),
    "a sequence that begins at another row": (step) => ({
      ...step,
      sequences: step.sequences.with(SEQUENCE.firstRow, 1),
    }),
  };
  for (const [what, spoil] of Object.entries(spoiled)) {
    test(`refuses ${what}, and goes on as if nothing had been`, async () => {
      const alone = await whole();
      const good = singleStep(text.slice(39), { cached: 39, wanted: [0] });
      const error: unknown = await toy.plan.run(spoil(singleStep(text)), {}).then(
        () => undefined,
        (reason: unknown) => reason,
      );
      expect(EngineError.isInstance(error), String(error)).toBe(true);
      expect((error as EngineError).code).toBe("bad-option");
      await toy.plan.run(good, {});
      expectSameBits(await lastLogits(), alone);
    });
  }

  test("a run stopped before it begins changes nothing and says so", async () => {
    const alone = await whole();
    const signal = AbortSignal.abort();
    const other = singleStep(toyText("other", 40));
    await expect(toy.plan.run(other, {}, { signal })).rejects.toMatchObject({ code: "aborted" });
    await toy.plan.run(singleStep(text.slice(39), { cached: 39, wanted: [0] }), {});
    expectSameBits(await lastLogits(), alone);
  });

  test("a run stopped on its way leaves the places before it as they were", async () => {
    const alone = await whole();
    for (const wait of [0, 1, 3]) {
      const stop = new AbortController();
      const other = singleStep(toyText("other", 24), { cached: 24, wanted: [] });
      const run = toy.plan.run(other, {}, { signal: stop.signal }).catch((error: unknown) => error);
      if (wait > 0) await new Promise((resolve) => setTimeout(resolve, wait));
      stop.abort();
      const error = await run;
      // It may have been done already.
      if (error !== undefined) expect(error).toMatchObject({ code: "aborted" });
      await toy.plan.run(singleStep(text.slice(24), { cached: 24, wanted: [15] }), {});
      expectSameBits(await lastLogits(), alone);
    }
  });

  test("logits of a row that was not wanted are refused", async () => {
    await toy.plan.run(singleStep(text, { wanted: [3, 5] }), {});
    const into = new Float32Array(TOY.vocab);
    await toy.plan.logits(1, into);
    await expect(toy.plan.logits(2, into)).rejects.toMatchObject({ code: "bad-option" });
    await expect(toy.plan.logits(-1, into)).rejects.toMatchObject({ code: "bad-option" });
    await expect(toy.plan.logits(0, new Float32Array(3))).rejects.toMatchObject({ code: "bad-option" });
  });
}
