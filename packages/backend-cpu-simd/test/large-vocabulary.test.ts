import { compile } from "@engine/compiler";
import {
  type Architecture,
  capture,
  type Device,
  encodeFloats,
  gather,
  matmul,
  type Plan,
  type Select,
  selectRow,
} from "@engine/core";
import { afterEach, describe, expect, test } from "vitest";
import { cpuSimd, cpuSimdAt, isaLevels } from "../src/index.ts";
import { noise, type StoredWeight, sourceOf, stepOf } from "./tiny-model.ts";

/** Several of the chunks that threads share, the last of them no whole one. */
const [VOCAB, HIDDEN, ROWS] = [21_001, 4, 3];

const wide: Architecture<undefined> = {
  api: 1,
  name: "wide",
  modelTypes: [],
  parse: () => undefined,
  context: () => 32,
  forward: (step, weights) =>
    matmul(step.wanted(gather(weights.get("embed"), step.tokens)), weights.get("head")),
};

let device: Device | undefined;
afterEach(async () => await device?.close());

async function openWide(threads: number): Promise<Plan> {
  const weights = new Map<string, StoredWeight>();
  for (const [seed, name] of ["embed", "head"].entries()) {
    weights.set(name, { shape: [VOCAB, HIDDEN], bytes: encodeFloats("f32", noise(seed, VOCAB * HIDDEN)) });
  }
  const source = sourceOf("f32", weights);
  device = await cpuSimdAt(isaLevels().at(-1)!, { everyThread: true }).open({ threads });
  const limits = { maxTokens: ROWS, maxRows: ROWS, maxSequences: 1, kv: "f32" } as const;
  const program = compile(capture(wide, undefined, source), source, device, limits);
  const state = await device.state(program, { blockTokens: 32, blocks: [] });
  return device.plan(program, await device.weights(source, program.weights, "auto"), state);
}

describe.skipIf(cpuSimd.unavailable())("a large vocabulary", () => {
  const temperature = new Float32Array(ROWS).fill(0.7);
  const words = Uint32Array.from({ length: 4 * ROWS }, (_, i) => 7 * i + 1);
  const cases: Record<string, Select> = {
    "the best": { top: 50, temperature: new Float32Array(ROWS) },
    "a draw": { top: 50, temperature, noise: words },
    "every id in order": { top: VOCAB, temperature, noise: words },
  };
  for (const threads of [1, 3]) {
    for (const [what, select] of Object.entries(cases)) {
      test(`gives ${what} at ${threads} threads`, async () => {
        const plan = await openWide(threads);
        const ids = new Int32Array(ROWS * select.top);
        await plan.run({ ...stepOf({ tokens: [3, 5, 20_000], cached: 0 }), tables: [], select }, { ids });
        for (let row = 0; row < ROWS; row++) {
          const raw = new Float32Array(VOCAB);
          await plan.logits(row, raw);
          const expected = Array.from(selectRow(raw, row, select).ids);
          expect(Array.from(ids.subarray(row * select.top, (row + 1) * select.top))).toEqual(expected);
        }
      });
    }
  }
});
