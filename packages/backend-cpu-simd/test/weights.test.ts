import { closeSync, mkdtempSync, openSync, readFileSync, rmSync, truncateSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type Device, decodeFloats, type Extent, type WeightSource } from "@engine/core";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { cpuSimd } from "../src/index.ts";
import {
  bitsOf,
  type FloatType,
  hiddenOf,
  openTiny,
  sourceOf,
  stepOf,
  textOf,
  tinyWeights,
} from "./tiny-model.ts";

const text = textOf(50);

describe.skipIf(cpuSimd.unavailable())("weights", () => {
  let folder: string;
  let device: Device;
  const descriptors: number[] = [];
  beforeEach(async () => {
    folder = mkdtempSync(join(tmpdir(), "engine-weights-"));
    device = await cpuSimd.open({ threads: 2 });
  });
  afterEach(async () => {
    await device.close();
    for (const fd of descriptors.splice(0)) closeSync(fd);
    rmSync(folder, { recursive: true });
  });

  /** The weights one after the other in a file, the first at an odd byte. */
  const inFile = (type: FloatType): WeightSource & { readonly path: string } => {
    const weights = tinyWeights(type);
    const path = join(folder, `${type}.bin`);
    writeFileSync(path, Buffer.concat([Buffer.of(1), ...Array.from(weights.values(), ({ bytes }) => bytes)]));
    const fd = openSync(path, "r");
    descriptors.push(fd);
    const extents = new Map<string, Extent>();
    let offset = 1;
    for (const [name, { bytes }] of weights) {
      extents.set(name, { fd, path, offset, bytes: bytes.length });
      offset += bytes.length;
    }
    return { ...sourceOf(type, weights, (name) => extents.get(name)), path };
  };

  for (const type of ["f32", "f16", "bf16"] as const) {
    test(`in ${type} give the same bits mapped, copied from a file and copied from memory`, async () => {
      const step = stepOf({ tokens: text, cached: 0 });
      const source = inFile(type);
      const inMemory = await hiddenOf((await openTiny(device, { type })).plan, step);
      for (const residency of ["mapped", "resident", "auto"] as const) {
        const { plan } = await openTiny(device, { type, source, residency });
        expect(bitsOf(await hiddenOf(plan, step))).toEqual(bitsOf(inMemory));
      }
    });
  }

  test("count what is copied and what is used in place, and give it back", async () => {
    const source = inFile("bf16");
    const { program, dispose } = await openTiny(device, { source });
    await dispose();
    const total = program.weights.reduce((sum, use) => sum + use.encoding.parts.data!.bytes, 0);
    const mapped = await device.weights(source, program.weights, "mapped");
    expect(mapped.bytes).toEqual({ resident: 0, mapped: total, streamed: 0 });
    expect(readFileSync("/proc/self/maps", "utf8")).toContain(source.path);
    const resident = await device.weights(source, program.weights, "resident");
    expect(resident.bytes.mapped).toBe(0);
    expect(resident.bytes.resident).toBeGreaterThanOrEqual(total);
    expect(device.liveBytes()).toBe(resident.bytes.resident);
    await Promise.all([mapped.dispose(), resident.dispose()]);
    expect(device.liveBytes()).toBe(0);
    expect(readFileSync("/proc/self/maps", "utf8")).not.toContain(source.path);
  });

  test("a table that is only looked up in stays in its file, unless it is to be resident", async () => {
    const source = inFile("bf16");
    const { program, dispose } = await openTiny(device, { source });
    await dispose();
    const uses = program.weights
      .filter(({ name }) => name === "embed")
      .map((use) => ({ ...use, access: "rows" as const }));
    for (const [residency, where] of [
      ["auto", "mapped"],
      ["mapped", "mapped"],
      ["resident", "resident"],
    ] as const) {
      const store = await device.weights(source, uses, residency);
      expect(store.bytes[where]).toBeGreaterThan(0);
      expect(store.bytes.mapped + store.bytes.resident).toBe(store.bytes[where]);
      await store.dispose();
    }
  });

  test("of a type without kernels are decoded while they are loaded", async () => {
    const step = stepOf({ tokens: text, cached: 0 });
    const source = inFile("bf16");
    const expected = await hiddenOf((await openTiny(device, { type: "bf16", source })).plan, step);
    const foreign: WeightSource = {
      ...source,
      describe(name) {
        const encoding = source.describe(name);
        const decode = ({ data }: Readonly<Record<string, Uint8Array>>, into: Float32Array): void =>
          into.set(decodeFloats("bf16", data!));
        return encoding && { ...encoding, type: "someones-own", decode };
      },
    };
    for (const residency of ["mapped", "resident"] as const) {
      const { plan } = await openTiny(device, { source: foreign, residency });
      expect(bitsOf(await hiddenOf(plan, step))).toEqual(bitsOf(expected));
    }
  });

  test("of a type nobody can read are refused by name", async () => {
    const source = inFile("bf16");
    const { program } = await openTiny(device, { source });
    const uses = program.weights.map((use) => ({ ...use, encoding: { ...use.encoding, type: "riddle" } }));
    const loading = device.weights(source, uses, "auto");
    await expect(loading).rejects.toMatchObject({
      code: "unsupported",
      message: expect.stringContaining('"embed" is stored as riddle'),
    });
  });

  test("behind the end of their file are refused, mapped or copied, and nothing is left", async () => {
    const source = inFile("bf16");
    const { program, dispose } = await openTiny(device, { source });
    await dispose();
    truncateSync(source.path, 1000);
    await expect(openTiny(device, { source, residency: "mapped" })).rejects.toMatchObject({
      code: "bad-checkpoint",
    });
    const loading = device.weights(source, program.weights, "resident");
    await expect(loading).rejects.toMatchObject({ code: "bad-checkpoint" });
  });
});
