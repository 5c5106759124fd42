import { expect, type TestContext } from "vitest";
import { type Golden, promptOf } from "../src/golden.ts";
import type { GoldenModel } from "../src/golden-model.ts";
import { expectSameBits } from "../src/same-bits.ts";
import { offOfSpread } from "./off-of-spread.ts";

/** Logits of a prompt are off by at most this part of their spread, and the same bits when it is read in pieces. */
export async function expectNear(
  model: GoldenModel,
  golden: Golden,
  { tolerance, annotate }: { readonly tolerance: number; readonly annotate: TestContext["annotate"] },
): Promise<void> {
  const read = async (size?: number): Promise<Float32Array> => {
    const sequence = model.runner.sequence();
    const logits = await model.read(sequence, promptOf(golden), size);
    sequence.clear();
    return logits;
  };
  const logits = await read();
  const off = offOfSpread(logits, golden);
  await annotate(`off by ${off.toExponential(2)} of the spread`);
  expect(off).toBeLessThanOrEqual(tolerance);
  expectSameBits(await read(7), logits);
}
