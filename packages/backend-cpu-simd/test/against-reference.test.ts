import { reference } from "@engine/backend-reference";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { cpuSimd, cpuSimdAt, isaLevels } from "../src/index.ts";
import { hiddenOf, openTiny, stepOf, textOf } from "./tiny-model.ts";

const text = textOf(300);
const TYPES = ["f32", "f16", "bf16"] as const;

/** The whole model at sizes and lengths that the op cases do not reach. */
describe.skipIf(cpuSimd.unavailable())("against the reference", () => {
  const expected = new Map<string, Float32Array>();
  beforeAll(async () => {
    const device = await reference.open();
    for (const type of TYPES) {
      const { plan, dispose } = await openTiny(device, { type, kv: type });
      expected.set(type, await hiddenOf(plan, stepOf({ tokens: text, cached: 0 })));
      await dispose();
    }
    await device.close();
  }, 60_000);
  afterAll(() => expected.clear());

  for (const level of isaLevels().filter((level) => !level.endsWith("-emulated"))) {
    for (const type of TYPES) {
      test(`${level} with weights and keys in ${type}`, async () => {
        const device = await cpuSimdAt(level, { everyThread: true }).open({ threads: 2 });
        const { plan } = await openTiny(device, { type, kv: type });
        const values = await hiddenOf(plan, stepOf({ tokens: text, cached: 0 }));
        await device.close();
        const wanted = expected.get(type)!;
        const size = Math.hypot(...wanted);
        const distance = Math.hypot(...values.map((value, i) => value - wanted[i]!));
        // A key rounded the other way moves by a step of its type.
        expect(distance / size).toBeLessThan({ f32: 3e-6, f16: 3e-4, bf16: 3e-3 }[type]);
      });
    }
  }
});
