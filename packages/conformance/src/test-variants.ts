import type { Architecture } from "@engine/core";
import { test } from "vitest";
import { type Golden, promptOf } from "./golden.ts";
import { type GoldenModel, type GoldenModelOptions, openGoldenModel } from "./golden-model.ts";
import { expectSameBits } from "./same-bits.ts";

const VARIANTS: readonly Pick<GoldenModelOptions, "threads" | "residency" | "share">[] = [
  { threads: 1 },
  { threads: 2 },
  { threads: 3, residency: "resident" },
  { threads: 1, residency: "mapped" },
  { threads: 2, share: 0.75 },
];
/** Experts come and go when little of them fits. */
const MIXTURE_VARIANTS: typeof VARIANTS = [{ threads: 2, share: 0.5 }];

/** Where weights lie and how many threads there are is no part of the arithmetic: equal to the bit. */
export function testVariants<C>(
  architecture: Architecture<C>,
  model: () => GoldenModel,
  golden: () => Golden,
  options: GoldenModelOptions,
): void {
  const read = async (one: GoldenModel): Promise<Float32Array> => {
    const sequence = one.runner.sequence();
    const logits = await one.read(sequence, promptOf(golden()));
    sequence.clear();
    return logits;
  };
  test("threads and residency change no bit", async () => {
    const expected = await read(model());
    const isMixture = model().program.weights.some(({ experts }) => experts !== undefined);
    for (const variant of [...VARIANTS, ...(isMixture ? MIXTURE_VARIANTS : [])]) {
      const other = await openGoldenModel(architecture, golden().folder, { ...options, ...variant });
      try {
        expectSameBits(await read(other), expected, JSON.stringify(variant));
      } finally {
        await other.close();
      }
    }
  });
}
