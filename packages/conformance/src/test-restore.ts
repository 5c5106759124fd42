import { type Architecture, blockBytes, elements } from "@engine/core";
import type { Sequence } from "@engine/runtime";
import { test } from "vitest";
import { type Golden, promptOf } from "./golden.ts";
import { type GoldenModel, type GoldenModelOptions, openGoldenModel } from "./golden-model.ts";
import { expectSameBits } from "./same-bits.ts";

/** A text's blocks and slots, read out of one state and written into another, go on with the same bits. */
export function testRestore<C>(
  architecture: Architecture<C>,
  model: () => GoldenModel,
  golden: () => Golden,
  options: GoldenModelOptions,
): void {
  test("a text goes on after its state was saved and restored", async () => {
    const { prompt, greedy, folder } = golden();
    const before = model();
    const after = await openGoldenModel(architecture, folder, options);
    try {
      const [saved, restored] = [before.runner.sequence(), after.runner.sequence()];
      await before.read(saved, promptOf(golden()));
      // Blocks in another order than they were saved in.
      after.runner.sequence().reserve(40);
      restored.reserve(prompt.length);
      await copyState(before, saved, after, restored);
      restored.advance(prompt.length);
      for (const token of greedy) {
        const [[expected], [got]] = await Promise.all([
          before.step([[saved, { tokens: [token] }]]),
          after.step([[restored, { tokens: [token] }]]),
        ]);
        expectSameBits(got, expected!, `after token ${token}`);
      }
      saved.clear();
    } finally {
      await after.close();
    }
  });
}

async function copyState(
  from: GoldenModel,
  saved: Sequence,
  to: GoldenModel,
  restored: Sequence,
): Promise<void> {
  const move = async (name: string, block: number, target: number, bytes: number): Promise<void> => {
    const held = new Uint8Array(bytes);
    await from.state.read(name, block, held);
    await to.state.write(name, target, held);
  };
  for (const spec of from.program.caches) {
    for (const [i, block] of saved.tables[spec.group]!.entries()) {
      // Behind the window there is nothing to save.
      if (block >= 0) await move(spec.name, block, restored.tables[spec.group]![i]!, blockBytes(spec, 16));
    }
  }
  for (const { name, shape } of from.program.states) {
    await move(name, saved.slot, restored.nextSlot, 4 * elements(shape));
  }
}
