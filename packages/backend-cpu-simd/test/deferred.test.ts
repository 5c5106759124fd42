import { closeSync, mkdtempSync, openSync, readFileSync, rmSync, truncateSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { compile } from "@engine/compiler";
import {
  type Architecture,
  capture,
  type Device,
  type Encoding,
  type Extent,
  encodeFloats,
  gather,
  matmul,
  type Plan,
  type Residency,
  type WeightSource,
  type WeightStore,
} from "@engine/core";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { cpuSimd } from "../src/index.ts";
import { bitsOf, noise, stepOf } from "./tiny-model.ts";

/** More than is copied at once: 8 MB of floats, read as a table and as the head, and 27 MB of blocks. */
const [VOCAB, WIDTH, LAYERS] = [2048, 2048, 6];
const TOKENS = [3, 1999, 40];

const wide: Architecture<undefined> = {
  api: 1,
  name: "wide",
  modelTypes: [],
  parse: () => undefined,
  context: () => 32,
  forward(step, weights) {
    let x = gather(weights.get("embed"), step.tokens);
    for (let i = 0; i < LAYERS; i++) x = x.add(matmul(x, weights.get(`layer${i}`)));
    return matmul(step.wanted(x), weights.get("embed"));
  },
};

/** q8_0: blocks of a scale in f16 and 32 codes. */
function blocks(seed: number): Uint8Array {
  const codes = Int8Array.from(noise(seed, 4093), (value) => 127 * value);
  const bytes = new Uint8Array((WIDTH * WIDTH * 34) / 32);
  for (let at = 0; at < bytes.length; at++) bytes[at] = codes[at % 4093]!;
  // 2⁻¹⁴, so that a layer changes its row by a little.
  for (let at = 0; at < bytes.length; at += 34) bytes.set([0, 4], at);
  return bytes;
}

describe.skipIf(cpuSimd.unavailable())("weights that are copied between steps", () => {
  let folder: string;
  let path: string;
  let device: Device;
  let source: WeightSource;
  const open: number[] = [];
  beforeEach(async () => {
    folder = mkdtempSync(join(tmpdir(), "engine-deferred-"));
    path = join(folder, "weights.bin");
    device = await cpuSimd.open({ threads: 2 });
    const extents = new Map<string, Extent>();
    const values = encodeFloats("bf16", noise(1, 4096 + WIDTH));
    const parts: Uint8Array[] = [new Uint8Array(2 * VOCAB * WIDTH)];
    // Rows are alike but for where they begin.
    for (let row = 0; row < VOCAB; row++)
      parts[0]!.set(values.subarray(4 * row, 4 * row + 2 * WIDTH), 2 * row * WIDTH);
    for (let i = 0; i < LAYERS; i++) parts.push(blocks(i + 2));
    writeFileSync(path, Buffer.concat(parts));
    const fd = openSync(path, "r");
    open.push(fd);
    let offset = 0;
    for (const [i, { length: bytes }] of parts.entries()) {
      extents.set(i === 0 ? "embed" : `layer${i - 1}`, { fd, path, offset, bytes });
      offset += bytes;
    }
    source = {
      id: "wide",
      names: () => extents.keys(),
      describe(name): Encoding | undefined {
        const bytes = extents.get(name)?.bytes;
        if (bytes === undefined) return undefined;
        const [type, shape] = name === "embed" ? ["bf16", [VOCAB, WIDTH]] : ["q8_0", [WIDTH, WIDTH]];
        return { type, shape, parts: { data: { dtype: type, shape, rowBytes: bytes / shape[0]!, bytes } } };
      },
      extent: (name) => extents.get(name),
      read: () => Promise.reject(new Error("Native readers were expected.")),
      close: async () => {},
    };
  });
  afterEach(async () => {
    await device.close();
    for (const fd of open.splice(0)) closeSync(fd);
    rmSync(folder, { recursive: true });
  });

  const isMapped = (): boolean => readFileSync("/proc/self/maps", "utf8").includes(path);

  const load = async (residency: Residency): Promise<{ weights: WeightStore; plan: () => Promise<Plan> }> => {
    const graph = capture(wide, undefined, source);
    const program = compile(graph, source, device, {
      maxTokens: 4,
      maxRows: 4,
      maxSequences: 1,
      kv: "f32",
      activations: "int8",
    });
    const weights = await device.weights(source, program.weights, residency);
    const state = await device.state(program, { blockTokens: 32, blocks: [] });
    return { weights, plan: () => device.plan(program, weights, state) };
  };

  const logitsOf = async (plan: Plan): Promise<Uint32Array> => {
    const logits = new Float32Array(TOKENS.length * VOCAB).fill(Number.NaN);
    const { tables: _, ...step } = stepOf({ tokens: TOKENS, cached: 0 });
    await plan.run({ ...step, tables: [] }, { tensors: { logits } });
    return bitsOf(logits);
  };

  test("give the bits they have in the file and in memory, though the source is closed", async ({ skip }) => {
    const mapped = await load("mapped");
    const expected = await logitsOf(await mapped.plan());
    expect(expected.some((bits) => bits === 0x7fc00000)).toBe(false);
    await mapped.weights.dispose();
    expect(isMapped()).toBe(false);
    const { weights, plan } = await load("resident");
    skip(!isMapped(), "this file system does not tell what its page cache has");
    closeSync(open.pop()!);
    const early = await plan();
    // The first job has run, or runs; what it leaves is read in the file.
    expect(await logitsOf(early)).toEqual(expected);
    await weights.settled!();
    expect(isMapped()).toBe(false);
    truncateSync(path, 0);
    for (const one of [early, await plan()]) expect(await logitsOf(one)).toEqual(expected);
  });

  test("fail a step with one sentence where their file was cut", async ({ skip }) => {
    const { weights, plan } = await load("resident");
    skip(!isMapped(), "this file system does not tell what its page cache has");
    truncateSync(path, 1000);
    await expect(logitsOf(await plan())).rejects.toMatchObject({
      code: "io-failed",
      message: expect.stringContaining("was cut"),
    });
    await weights.settled!();
    await expect(logitsOf(await plan())).rejects.toMatchObject({ code: "io-failed" });
  });

  test("are given back while they are copied", async () => {
    const { weights } = await load("resident");
    await weights.dispose();
    await weights.settled!();
    expect(device.liveBytes()).toBe(0);
    expect(isMapped()).toBe(false);
  });

  test("are copied before the first step where memory has a budget", async () => {
    const { weights } = await load({ stream: { budget: 100e6 } });
    expect(weights.bytes).toMatchObject({ mapped: 0, streamed: 0 });
    expect(isMapped()).toBe(false);
  });
});
