import { cpuSimd } from "@engine/backend-cpu-simd";
import { afterAll, beforeAll, describe, test } from "vitest";
import { type Golden, readGolden } from "../src/golden.ts";
import { type GoldenModel, openGoldenModel } from "../src/golden-model.ts";
import { expectNear } from "./expect-near.ts";
import { goldens } from "./families.ts";

/**
 * How far logits may be from transformers' in f32, of their spread. About twice what the off family has: 0.0016, 0.013 and 0.048, all of Gemma 3n and 4.
 */
const TOLERANCE = { f16: 0.003, bf16: 0.025, int8: 0.1 } as const;

const reason = cpuSimd.unavailable();

describe.skipIf(reason !== undefined)("keys and values in narrow types", () => {
  for (const { architecture, name, folder } of goldens()) {
    for (const kv of ["f16", "bf16", "int8"] as const) {
      describe(`${name} in ${kv}`, () => {
        let golden: Golden;
        let model: GoldenModel;
        beforeAll(async () => {
          golden = await readGolden(folder);
          model = await openGoldenModel(architecture, folder, { backend: cpuSimd, kv, threads: 1 });
        });
        afterAll(() => model?.close());

        test("logits are near, and the same bits in pieces", async ({ annotate }) => {
          await expectNear(model, golden, { tolerance: TOLERANCE[kv], annotate });
        });
      });
    }
  }
});
