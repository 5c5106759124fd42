import { cpuSimd, cpuSimdAt, isaLevels } from "@engine/backend-cpu-simd";
import { describe, test } from "vitest";
import { readGolden } from "../src/golden.ts";
import { openGoldenModel } from "../src/golden-model.ts";
import { expectNear } from "./expect-near.ts";
import { goldens } from "./families.ts";

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
      await expectNear(model, golden, { tolerance: TOLERANCE, annotate });
      await model.close();
    });
  }
});
