import { cpuSimd, cpuSimdAt, isaLevels } from "@engine/backend-cpu-simd";
import { describe, expect, test } from "vitest";
import { promptOf, readGolden } from "../src/golden.ts";
import { openGoldenModel } from "../src/golden-model.ts";
import { expectSameBits } from "../src/same-bits.ts";
import { goldens } from "./families.ts";
import { offOfSpread } from "./off-of-spread.ts";

/** Of the logits' spread, about twice what the off family has. */
const TOLERANCE = 0.08;

// The best level there is, and those with instructions for bf16, which other machines emulate.
const levels = isaLevels().filter((level, i, all) => i === all.length - 1 || level.includes("emulated"));

describe.skipIf(cpuSimd.unavailable()).each(levels)("activations in bf16 at %s", (level) => {
  for (const { architecture, name, folder } of goldens()) {
    test(`${name}: logits are near, and the same bits in pieces`, async ({ annotate }) => {
      const golden = await readGolden(folder);
      const options = { backend: cpuSimdAt(level), activations: "bf16", threads: 1 } as const;
      const model = await openGoldenModel(architecture, folder, options);
      const read = async (size?: number): Promise<Float32Array> => {
        const sequence = model.runner.sequence();
        const logits = await model.read(sequence, promptOf(golden), size);
        sequence.clear();
        return logits;
      };
      const logits = await read();
      const off = offOfSpread(logits, golden);
      await annotate(`off by ${off.toExponential(2)} of the spread`);
      expect(off).toBeLessThanOrEqual(TOLERANCE);
      expectSameBits(await read(7), logits);
      await model.close();
    });
  }
});
