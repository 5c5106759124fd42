import { closeSync, mkdtempSync, openSync, readFileSync, rmSync, truncateSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Device, Extent, Residency, Streaming, StreamReader, WeightSource } from "@engine/core";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { cpuSimd } from "../src/index.ts";
import type { CpuWeights } from "../src/weight-store.ts";
import { bitsOf, hiddenOf, openTiny, sourceOf, stepOf, textOf, tinyWeights } from "./tiny-model.ts";

const text = textOf(50);
/** Weights of 0.5 MB: a ring alone, some of them pinned, all but a few. */
const BUDGETS = [215_000, 300_000, 420_000];
const streamed = (budget: number, io?: Streaming["io"], reader?: StreamReader): Residency => ({
  stream: { budget, ...(io && { io }), ...(reader && { reader }) },
});

describe.skipIf(cpuSimd.unavailable())("streamed weights", () => {
  let folder: string;
  let path: string;
  let fd: number;
  let device: Device;
  let source: WeightSource;
  beforeEach(async () => {
    folder = mkdtempSync(join(tmpdir(), "engine-streaming-"));
    path = join(folder, "weights.bin");
    const weights = tinyWeights("bf16");
    writeFileSync(path, Buffer.concat([Buffer.of(1), ...Array.from(weights.values(), ({ bytes }) => bytes)]));
    fd = openSync(path, "r");
    const extents = new Map<string, Extent>();
    let offset = 1;
    for (const [name, { bytes }] of weights) {
      extents.set(name, { fd, path, offset, bytes: bytes.length });
      offset += bytes.length;
    }
    source = sourceOf("bf16", weights, (name) => extents.get(name));
    device = await cpuSimd.open({ threads: 2 });
  });
  afterEach(async () => {
    await device.close();
    closeSync(fd);
    rmSync(folder, { recursive: true });
  });

  const expected = async (): Promise<string> => {
    const { plan, dispose } = await openTiny(device, { source, residency: "resident" });
    const bits = bitsOf(await hiddenOf(plan, stepOf({ tokens: text, cached: 0 })));
    await dispose();
    return String(bits);
  };

  for (const [io, reader] of [
    ["direct", "threads"],
    ["direct", "io_uring"],
    ["cached", "threads"],
  ] as const) {
    test.each(BUDGETS)(
      `${io}, by ${reader}, in %i bytes, give the same bits in step after step`,
      async (budget) => {
        const bits = await expected();
        const { plan, dispose } = await openTiny(device, { source, residency: streamed(budget, io, reader) });
        for (let i = 0; i < 5; i++) {
          expect(String(bitsOf(await hiddenOf(plan, stepOf({ tokens: text, cached: 0 }))))).toBe(bits);
        }
        await dispose();
        expect(device.liveBytes()).toBe(0);
      },
    );
  }

  test("count what was read; more budget reads less, enough reads nothing", async () => {
    const read: number[] = [];
    for (const budget of [...BUDGETS, 2 ** 30]) {
      const { program, dispose } = await openTiny(device, { source });
      await dispose();
      const weights = await device.weights(source, program.weights, streamed(budget));
      const state = await device.state(program, { blockTokens: 32, blocks: [22, 22] });
      const plan = await device.plan(program, weights, state);
      for (let i = 0; i < 9; i++) await hiddenOf(plan, stepOf({ tokens: text, cached: 0 }));
      expect(weights.bytes.resident).toBeLessThanOrEqual(budget);
      read.push(weights.streamed!().bytesRead);
      await Promise.all([plan, state, weights].map((part) => part.dispose()));
    }
    expect(read).toEqual([...read].sort((a, b) => b - a));
    expect(read[2]).toBeGreaterThan(0);
    expect(read[3]).toBe(0);
  });

  test("a budget too small for any of it is refused with the sizes", async () => {
    await expect(openTiny(device, { source, residency: streamed(100_000) })).rejects.toMatchObject({
      code: "out-of-memory",
      message: expect.stringMatching(/^0\.1 MB are too few to stream .* must stay/),
    });
    expect(device.liveBytes()).toBe(0);
  });

  test.each([
    ["cached", "threads"],
    ["direct", "threads"],
    ["direct", "io_uring"],
  ] as const)(
    "a file that was cut fails the step, by name; once whole again it goes on (%s, %s)",
    async (io, reader) => {
      const bits = await expected();
      const { plan } = await openTiny(device, { source, residency: streamed(BUDGETS[0]!, io, reader) });
      const step = stepOf({ tokens: text, cached: 0 });
      await hiddenOf(plan, step);
      const whole = readFileSync(path);
      truncateSync(path, 1000);
      const failing = async (): Promise<void> => {
        for (let i = 0; i < 3; i++) await hiddenOf(plan, step);
      };
      await expect(failing()).rejects.toMatchObject({
        code: "io-failed",
        message: expect.stringMatching(/weights\.bin (was cut from \d+ bytes to 1000|at byte \d+ failed)/),
      });
      writeFileSync(path, whole);
      expect(String(bitsOf(await hiddenOf(plan, step)))).toBe(bits);
    },
  );

  test("a mapped file whose pages are gone while they are read fails the next step, and not the process", async () => {
    const bits = await expected();
    const { program, dispose } = await openTiny(device, { source });
    await dispose();
    const weights = (await device.weights(source, program.weights, "mapped")) as CpuWeights;
    const state = await device.state(program, { blockTokens: 32, blocks: [22, 22] });
    const plan = await device.plan(program, weights, state);
    const step = stepOf({ tokens: text, cached: 0 });
    const whole = readFileSync(path);
    truncateSync(path, 1000);
    expect(await weights.readSeconds()).toBeGreaterThan(0);
    writeFileSync(path, whole);
    await expect(hiddenOf(plan, step)).rejects.toMatchObject({
      code: "io-failed",
      message: expect.stringMatching(/weights\.bin could not be read while it was in use/),
    });
    expect(String(bitsOf(await hiddenOf(plan, step)))).toBe(bits);
  });

  test.each([
    ["cached", "threads"],
    ["direct", "threads"],
    ["direct", "io_uring"],
  ] as const)(
    "a step that is stopped in the middle leaves the next one right (%s, %s)",
    async (io, reader) => {
      const bits = await expected();
      const { plan } = await openTiny(device, { source, residency: streamed(BUDGETS[0]!, io, reader) });
      const step = stepOf({ tokens: text, cached: 0 });
      for (const wait of [0, 1, 2, 5]) {
        const signal = AbortSignal.timeout(wait);
        await plan.run(step, {}, { signal }).catch((error) => expect(error.code).toBe("aborted"));
        expect(String(bitsOf(await hiddenOf(plan, step)))).toBe(bits);
      }
    },
  );
});
