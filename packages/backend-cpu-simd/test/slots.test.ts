import { compile } from "@engine/compiler";
import {
  type Architecture,
  capture,
  type Device,
  encodeFloats,
  gather,
  type Plan,
  SEQUENCE,
  type StateStore,
  type StepInput,
  shortConv,
} from "@engine/core";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { cpuSimd } from "../src/index.ts";
import { bitsOf, noise, type StoredWeight, sourceOf, stepOf } from "./tiny-model.ts";

const [VOCAB, CHANNELS, TAPS, SLOTS] = [11, 19, 3, 4];
const BYTES = (TAPS - 1) * CHANNELS * 4;
const embed = noise(1, VOCAB * CHANNELS);

const model: Architecture<undefined> = {
  api: 1,
  name: "recurrent",
  modelTypes: [],
  parse: () => undefined,
  context: () => undefined,
  forward(step, weights) {
    const y = shortConv(gather(weights.get("embed"), step.tokens), weights.get("taps"), "conv");
    step.tap("y", y);
    return step.wanted(y);
  },
};

describe.skipIf(cpuSimd.unavailable())("slots of recurrent state", () => {
  let device: Device;
  let state: StateStore;
  let plan: Plan;
  beforeEach(async () => {
    device = await cpuSimd.open({ threads: 2 });
    const stored = new Map<string, StoredWeight>([
      ["embed", { shape: [VOCAB, CHANNELS], bytes: encodeFloats("f32", embed) }],
      ["taps", { shape: [CHANNELS, 1, TAPS], bytes: encodeFloats("f32", noise(2, CHANNELS * TAPS)) }],
    ]);
    const source = sourceOf("f32", stored);
    const limits = { maxTokens: 16, maxRows: 16, maxSequences: 3, kv: "f32" } as const;
    const program = compile(capture(model, undefined, source, { taps: ["y"] }), source, device, limits);
    state = await device.state(program, { blockTokens: 16, blocks: [], slots: SLOTS });
    plan = await device.plan(program, await device.weights(source, program.weights, "auto"), state);
  });
  afterEach(() => device.close());

  /** One step; each turn reads and writes a slot. */
  const step = (...turns: readonly { tokens: number[]; read: number; write: number }[]): StepInput => {
    const one = stepOf(...turns.map(({ tokens }) => ({ tokens, cached: 0 })));
    turns.forEach(({ read, write }, s) => {
      one.sequences[s * SEQUENCE.stride + SEQUENCE.slotRead] = read;
      one.sequences[s * SEQUENCE.stride + SEQUENCE.slotWritten] = write;
    });
    return { ...one, tables: [] };
  };
  const run = async (input: StepInput): Promise<Uint32Array> => {
    const y = new Float32Array(input.tokens.length * CHANNELS).fill(Number.NaN);
    await plan.run(input, { tensors: { y } });
    return bitsOf(y);
  };
  const read = async (slot: number): Promise<Float32Array> => {
    const bytes = new Uint8Array(BYTES);
    await state.read("conv", slot, bytes);
    return new Float32Array(bytes.buffer);
  };
  const row = (token: number): Float32Array => embed.subarray(token * CHANNELS, (token + 1) * CHANNELS);

  test("hold the last rows of their text, and zeros in front of it", async () => {
    await run(step({ tokens: [3, 8, 5], read: -1, write: 2 }, { tokens: [7], read: -1, write: 0 }));
    expect(await read(2)).toEqual(Float32Array.of(...row(8), ...row(5)));
    expect(await read(0)).toEqual(Float32Array.of(...new Float32Array(CHANNELS), ...row(7)));
    await run(step({ tokens: [1], read: 0, write: 3 }));
    expect(await read(3)).toEqual(Float32Array.of(...row(7), ...row(1)));
  });

  test("go on as the same text when copied, or written elsewhere", async () => {
    const whole = await run(step({ tokens: [3, 8, 5, 9], read: -1, write: 0 }));
    await run(step({ tokens: [3, 8], read: -1, write: 0 }));
    await state.copy(Int32Array.of(-1, 0, 0, 2, 0, 0));
    const rest = whole.subarray(2 * CHANNELS);
    expect(await run(step({ tokens: [5, 9], read: 2, write: 1 }))).toEqual(rest);
    await state.write("conv", 3, new Uint8Array((await read(0)).buffer));
    expect(await run(step({ tokens: [5, 9], read: 3, write: 1 }))).toEqual(rest);
  });

  test.each([
    ["reads the slot it writes", [[1, 1]]],
    ["writes none", [[0, -1]]],
    ["writes one there is not", [[0, SLOTS]]],
    ["reads one there is not", [[SLOTS, 0]]],
    [
      "writes what another writes",
      [
        [0, 2],
        [1, 2],
      ],
    ],
    [
      "writes what another reads",
      [
        [0, 2],
        [-1, 0],
      ],
    ],
  ] as const)("a step whose sequence %s is refused", async (_, turns) => {
    const input = step(...turns.map(([from, write], i) => ({ tokens: [i], read: from, write })));
    await expect(run(input)).rejects.toMatchObject({ code: "bad-option" });
  });

  test("are counted, and no others are copied or read", async () => {
    expect(state.bytes).toBe(SLOTS * BYTES);
    await expect(state.copy(Int32Array.of(-1, 0, 0, SLOTS, 0, 0))).rejects.toMatchObject({
      code: "bad-option",
    });
    await expect(state.read("conv", SLOTS, new Uint8Array(BYTES))).rejects.toMatchObject({
      code: "bad-option",
    });
    await expect(state.read("conv", 0, new Uint8Array(4))).rejects.toMatchObject({ code: "bad-option" });
    await expect(state.read("other", 0, new Uint8Array(BYTES))).rejects.toMatchObject({ code: "bad-option" });
  });
});
