import { join } from "node:path";
import { type Encoding, readRows } from "@engine/core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { failure, temporaryFolder } from "../../test/files.ts";
import { openSafetensors } from "../open-safetensors.ts";
import type { SafetensorsSource } from "../safetensors-source.ts";
import { type TensorToWrite, writeSafetensors } from "../write-safetensors.ts";
import { withPackedWeights } from "./packed-source.ts";

/** Made by compressed-tensors itself: tools/goldens/make_packed.py. */
const FIXTURE = join(import.meta.dirname, "../../test/fixtures/packed.safetensors");
const CASES = [
  ["int4", "int4"],
  ["int8", "int8"],
  ["zero4", "int4_general"],
  ["zero8", "int8_general"],
  ["channel", "int4_general"],
  ["channel_zero", "int8_general"],
  ["order", "int4_general"],
] as const;

describe("weights packed by compressed-tensors", () => {
  let source: SafetensorsSource;
  beforeAll(async () => {
    source = await withPackedWeights(await openSafetensors(FIXTURE));
  });
  afterAll(() => source.close());

  it.each(CASES)("reads %s as %s to the values that package gives", async (name, type) => {
    const encoding = source.describe(`${name}.weight`)!;
    const expected = source.describe(`${name}.expected`)!;
    expect(encoding.type).toBe(type);
    expect(encoding.shape).toEqual(expected.shape);
    for (const [begin, end] of [
      [0, encoding.shape[0]!],
      [1, 4],
      [3, 4],
    ] as const) {
      const values = await readRows(source, `${name}.weight`, encoding, { begin, end });
      expect(values).toEqual(await readRows(source, `${name}.expected`, expected, { begin, end }));
    }
  });

  it("shows each packed weight once, under its own name", () => {
    const names = [...source.names()];
    expect(names.filter((name) => !name.endsWith(".expected")).sort()).toEqual(
      CASES.map(([name]) => `${name}.weight`).sort(),
    );
    expect(source.describe("int4.weight_packed")).toBeUndefined();
    expect(source.extent("int4.weight", "packed")!.bytes).toBe(11 * 8 * 4);
    expect(source.extent("zero4.weight", "zero")).toBeUndefined();
  });

  it("says which parts there are", async () => {
    const error = await failure(source.read("int4.weight", "data", Float64Array.of(0, 4), new Uint8Array(4)));
    expect(error.message).toContain("its parts are packed, scale");
  });
});

describe("packed weights that do not fit together", () => {
  const at = temporaryFolder();
  const whole: Record<string, TensorToWrite> = {
    packed: { name: "w.weight_packed", dtype: "i32", shape: [2, 8], data: new Int32Array(16) },
    scale: { name: "w.weight_scale", dtype: "f32", shape: [2, 2], data: new Float32Array(4) },
    shape: { name: "w.weight_shape", dtype: "i64", shape: [2], data: i64(2, 64) },
  };
  const open = async (changed: Record<string, TensorToWrite | undefined>) => {
    const path = at(`${Object.keys(changed).join("-") || "whole"}.safetensors`);
    await writeSafetensors(
      path,
      Object.values({ ...whole, ...changed }).filter((tensor) => tensor !== undefined),
    );
    const source = await openSafetensors(path);
    try {
      return (await withPackedWeights(source)).describe("w.weight") as Encoding;
    } finally {
      await source.close();
    }
  };

  it("opens the one they are made of", async () => {
    expect(await open({})).toMatchObject({ type: "int4_general", shape: [2, 64], attrs: { group: 32 } });
  });

  const zero = (dtype: string, shape: number[]): TensorToWrite => ({
    name: "w.weight_zero_point",
    dtype,
    shape,
    data: new Uint8Array(shape.reduce((a, b) => a * b) * (dtype === "i8" ? 1 : 4)),
  });
  it.each<[what: string, changed: Record<string, TensorToWrite | undefined>, text: string]>([
    ["no scales", { scale: undefined }, 'has "w.weight_packed" but no "w.weight_scale"'],
    ["no shape", { shape: undefined }, 'no "w.weight_shape"'],
    ["another shape", { shape: { ...whole.shape!, data: i64(3, 64) } }, "its shape is said to be [3,64]"],
    ["a shape past what is safe", { shape: { ...whole.shape!, data: i64(2, 2n ** 60n) } }, "is no size"],
    ["rows too long for the codes", { shape: { ...whole.shape!, data: i64(2, 50) } }, "neither 4 nor 8 bits"],
    [
      "codes of another dtype",
      { packed: { ...whole.packed!, dtype: "f32", data: new Float32Array(16) } },
      "must be an i32 matrix",
    ],
    [
      "scales that do not divide a row",
      { scale: { ...whole.scale!, shape: [2, 3], data: new Float32Array(6) } },
      "do not fit",
    ],
    ["zero points of other rows", { zero: zero("i8", [3, 2]) }, "zero points i8 [3,2] do not fit"],
    ["too few packed zero points", { zero: zero("i32", [2, 2]) }, "zero points i32 [2,2] do not fit"],
    [
      "a group that is not there",
      { order: { name: "w.weight_g_idx", dtype: "i32", shape: [64], data: new Int32Array(64).fill(2) } },
      "must give one of 2 groups",
    ],
    [
      "the weight besides",
      { plain: { name: "w.weight", dtype: "f32", shape: [1], data: new Float32Array(1) } },
      "packed and unpacked",
    ],
  ])("refuses %s", async (_, changed, text) => {
    const error = await failure(open(changed));
    expect(error.message).toContain(text);
    expect(["bad-checkpoint", "unsupported"]).toContain(error.code);
  });

  it("takes an order of -1 for none", async () => {
    const order = { name: "w.weight_g_idx", dtype: "i32", shape: [64], data: new Int32Array(64).fill(-1) };
    expect((await open({ order })).shape).toEqual([2, 64]);
  });
});

function i64(...values: (number | bigint)[]): Uint8Array {
  return new Uint8Array(BigInt64Array.from(values.map(BigInt)).buffer);
}
