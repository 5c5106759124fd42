import { reference } from "@engine/backend-reference";
import { compile } from "@engine/compiler";
import {
  type Activations,
  type Architecture,
  capture,
  type Device,
  encodeFloats,
  expertMatmul,
  gather,
  topK,
} from "@engine/core";
import { afterEach, describe, expect, test } from "vitest";
import { cpuSimd, cpuSimdAt, isaLevels } from "../src/index.ts";
import { bitsOf, noise, type StoredWeight, sourceOf, stepOf } from "./tiny-model.ts";

/** Deeper than one block of a sum, wider than one tile, and more rows than are multiplied together. */
const [VOCAB, EXPERTS, CHOSEN, WIDTH, OUTPUTS] = [320, 3, 2, 1100, 21];
const text = Array.from({ length: VOCAB }, (_, i) => (i * 7) % VOCAB);

const model: Architecture<undefined> = {
  api: 1,
  name: "routed",
  modelTypes: [],
  parse: () => undefined,
  context: () => undefined,
  forward(step, weights) {
    const ids = topK(gather(weights.get("scores"), step.tokens), CHOSEN);
    const experts = Array.from({ length: EXPERTS }, (_, e) => weights.get("experts").slice(0, e, e + 1));
    step.tap("y", expertMatmul(gather(weights.get("embed"), step.tokens), ids, experts));
    return step.wanted(gather(weights.get("scores"), step.tokens));
  },
};

async function run(
  device: Device,
  parts: readonly (readonly number[])[],
  activations: Activations,
): Promise<Float32Array> {
  const weights = new Map<string, StoredWeight>();
  const store = (name: string, ...shape: number[]): void => {
    const values = noise(
      weights.size,
      shape.reduce((product, size) => product * size, 1),
    );
    weights.set(name, { shape, bytes: encodeFloats("bf16", values) });
  };
  store("embed", VOCAB, WIDTH);
  store("scores", VOCAB, EXPERTS);
  store("experts", EXPERTS, OUTPUTS, WIDTH);
  const source = sourceOf("bf16", weights);
  const limits = { maxTokens: VOCAB, maxRows: 1, maxSequences: 1, kv: "f32", activations } as const;
  const program = compile(capture(model, undefined, source, { taps: ["y"] }), source, device, limits);
  const state = await device.state(program, { blockTokens: 16, blocks: [] });
  const plan = await device.plan(program, await device.weights(source, program.weights, "auto"), state);
  const all: number[] = [];
  for (const tokens of parts) {
    const y = new Float32Array(tokens.length * CHOSEN * OUTPUTS).fill(Number.NaN);
    const step = stepOf({ tokens, cached: 0 });
    await plan.run({ ...step, tables: [], wanted: new Int32Array(0) }, { tensors: { y } });
    all.push(...y);
  }
  return Float32Array.from(all);
}

const opened: Device[] = [];
afterEach(async () => {
  await Promise.all(opened.splice(0).map((device) => device.close()));
});

// Rows are looked up in a table of bf16, so rounding them changes nothing; levels with instructions for bf16 use those.
const cases = isaLevels().flatMap((level) =>
  (["f32", "bf16"] as const).map((type) => [level, type] as const),
);

describe.skipIf(cpuSimd.unavailable()).each(cases)("rows routed to experts at %s, in %s", (level, type) => {
  const open = async (threads: number): Promise<Device> => {
    const device = await cpuSimdAt(level, { everyThread: true }).open({ threads });
    opened.push(device);
    return device;
  };

  test("agree with the reference", async () => {
    const oracle = await reference.open();
    opened.push(oracle);
    const expected = await run(oracle, [text], type);
    const values = await run(await open(2), [text], type);
    const size = Math.hypot(...expected);
    const distance = Math.hypot(...values.map((value, i) => value - expected[i]!));
    expect(distance / size).toBeLessThan(1e-6);
  });

  test("have the same bits alone, beside any others and on any number of threads", async () => {
    const whole = bitsOf(await run(await open(1), [text], type));
    const single = text.map((id) => [id]);
    const uneven = [text.slice(0, 3), text.slice(3, 5), text.slice(5, 130), text.slice(130)];
    for (const [threads, parts] of [
      [1, single],
      [3, uneven],
      [2, [text]],
    ] as const)
      expect(bitsOf(await run(await open(threads), parts, type))).toEqual(whole);
  });
});
