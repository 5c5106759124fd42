import { closeSync, mkdtempSync, openSync, readFileSync, rmSync, truncateSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { compile } from "@engine/compiler";
import {
  type Architecture,
  capture,
  type Device,
  type Extent,
  encodeFloats,
  expertMatmul,
  gather,
  matmul,
  type Residency,
  silu,
  topK,
  type WeightSource,
} from "@engine/core";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { cpuSimd, cpuSimdAt, isaLevels } from "../src/index.ts";
import { bitsOf, noise, type StoredWeight, sourceOf, stepOf } from "./tiny-model.ts";

/** Experts of less than a sector, more of them than a small budget has frames for. */
const [VOCAB, EXPERTS, CHOSEN, WIDTH, SIZE, LAYERS] = [256, 8, 2, 40, 24, 3] as const;

/** Layers of a router and gated experts: stored one by one in the first, fused in the others. */
const model: Architecture<undefined> = {
  api: 1,
  name: "mixture",
  modelTypes: [],
  parse: () => undefined,
  context: () => undefined,
  forward(step, weights) {
    let x = gather(weights.get("embed"), step.tokens);
    for (let i = 0; i < LAYERS; i++) {
      const w = weights.at(`layer${i}`);
      const ids = topK(matmul(x, w.get("router")), CHOSEN);
      const all = (name: string) =>
        Array.from({ length: EXPERTS }, (_, e) =>
          i === 0 ? w.get(`${name}${e}`) : w.get(name).slice(0, e, e + 1),
        );
      const inner = silu(expertMatmul(x, ids, all("gate"))).mul(expertMatmul(x, ids, all("up")));
      const outputs = expertMatmul(inner, ids, all("down"));
      for (let k = 0; k < CHOSEN; k++)
        x = x
          .add(outputs.slice(1, k, k + 1).reshape(["tokens", WIDTH]))
          .mul(step.constant(Float32Array.of(0.7), [1]));
    }
    step.tap("hidden", x);
    return matmul(step.wanted(x), weights.get("head"));
  },
};

function mixture(): Map<string, StoredWeight> {
  const all = new Map<string, StoredWeight>();
  const store = (name: string, ...shape: number[]): void => {
    const count = shape.reduce((product, size) => product * size, 1);
    const values = noise(all.size, count).map((value) => (value * 2) / Math.sqrt(shape.at(-1)!));
    all.set(name, { shape, bytes: encodeFloats("bf16", values) });
  };
  store("embed", VOCAB, WIDTH);
  store("head", VOCAB, WIDTH);
  for (let i = 0; i < LAYERS; i++) {
    store(`layer${i}.router`, EXPERTS, WIDTH);
    const own: readonly (readonly [string, number, number])[] = [
      ["gate", SIZE, WIDTH],
      ["up", SIZE, WIDTH],
      ["down", WIDTH, SIZE],
    ];
    for (const [name, rows, columns] of own) {
      if (i > 0) store(`layer${i}.${name}`, EXPERTS, rows, columns);
      else for (let e = 0; e < EXPERTS; e++) store(`layer0.${name}${e}`, rows, columns);
    }
  }
  return all;
}

const tokens = Array.from({ length: 60 }, (_, i) => (i * 37) % VOCAB);

// Tiles have expert products of their own, over activations in bf16.
const kinds = [
  { what: "the best level", backend: cpuSimd, activations: "f32", reader: "threads" },
  { what: "the best level", backend: cpuSimd, activations: "f32", reader: "io_uring" },
  { what: "amx-emulated", backend: cpuSimdAt("amx-emulated"), activations: "bf16", reader: "threads" },
] as const;
const here = kinds.filter(({ what }) => what === "the best level" || isaLevels().includes(what));

describe.skipIf(cpuSimd.unavailable()).each(here)(
  "single experts and rows of tables, $what, $reader",
  (kind) => {
    let folder: string;
    let path: string;
    let fd: number;
    let device: Device;
    let source: WeightSource;
    let total: number;
    beforeEach(async () => {
      folder = mkdtempSync(join(tmpdir(), "engine-experts-"));
      path = join(folder, "weights.bin");
      const weights = mixture();
      writeFileSync(
        path,
        Buffer.concat([Buffer.of(1), ...Array.from(weights.values(), ({ bytes }) => bytes)]),
      );
      fd = openSync(path, "r");
      const extents = new Map<string, Extent>();
      let offset = 1;
      for (const [name, { bytes }] of weights) {
        extents.set(name, { fd, path, offset, bytes: bytes.length });
        offset += bytes.length;
      }
      total = offset;
      source = sourceOf("bf16", weights, (name) => extents.get(name));
      device = await kind.backend.open({ threads: 2 });
    });
    afterEach(async () => {
      await device.close();
      closeSync(fd);
      rmSync(folder, { recursive: true });
    });

    const open = async (residency: Residency) => {
      const { activations } = kind;
      const limits = { maxTokens: 64, maxRows: 1, maxSequences: 1, kv: "f32", activations } as const;
      const graph = capture(model, undefined, source, { taps: ["hidden"] });
      const program = compile(graph, source, device, limits);
      const weights = await device.weights(source, program.weights, residency);
      const state = await device.state(program, { blockTokens: 16, blocks: [] });
      const plan = await device.plan(program, weights, state);
      /** Steps over some rows each. */
      const read = async (size: number, signal?: AbortSignal): Promise<string> => {
        const all: number[] = [];
        for (let begin = 0; begin < tokens.length; begin += size) {
          const part = tokens.slice(begin, begin + size);
          const hidden = new Float32Array(part.length * WIDTH).fill(Number.NaN);
          const step = { ...stepOf({ tokens: part, cached: 0 }), tables: [], wanted: new Int32Array(0) };
          await plan.run(step, { tensors: { hidden } }, signal ? { signal } : {});
          all.push(...bitsOf(hidden));
        }
        return String(all);
      };
      const dispose = async (): Promise<void> => {
        for (const owner of [plan, state, weights]) await owner.dispose();
      };
      return { weights, read, dispose };
    };
    const stream = (share: number, io: "direct" | "cached"): Residency => ({
      stream: { budget: Math.ceil(share * total), io, reader: kind.reader },
    });

    test("change no bit, with frames for all that a step wants and for fewer, in steps of any size", async () => {
      const whole = await open("resident");
      const expected = await whole.read(60);
      for (const [share, io] of [
        [0.45, "cached"],
        [0.6, "cached"],
        [0.9, "cached"],
        [4, "direct"],
      ] as const) {
        const { read, dispose, weights } = await open(stream(share, io));
        expect(weights.bytes.resident, `${share}`).toBeLessThanOrEqual(share * total);
        for (const size of [60, 7, 1]) expect(await read(size), `${share} ${io} ${size}`).toBe(expected);
        await dispose();
      }
      await whole.dispose();
      expect(device.liveBytes()).toBe(0);
    });

    test("are read when rows are routed to them, and fewer the more frames there are", async () => {
      const reads: number[] = [];
      for (const share of [0.5, 0.7, 0.85]) {
        const { read, weights } = await open(stream(share, "cached"));
        for (let i = 0; i < 3; i++) await read(1);
        const { expertUses = 0, expertReads = 0, bytesRead, readSeconds } = weights.streamed!();
        expect(expertUses).toBe(3 * tokens.length * LAYERS * CHOSEN * 3);
        expect([bytesRead, readSeconds].every((value) => value > 0)).toBe(true);
        reads.push(expertReads / expertUses);
      }
      expect(reads[0]).toBeLessThanOrEqual(1);
      expect(reads).toEqual([...reads].sort((a, b) => b - a));
      expect(reads[2]).toBeLessThan(0.5);
    });

    test("a file that was cut fails the step, by name; once whole again it goes on", async () => {
      const { read } = await open(stream(0.5, "cached"));
      const expected = await read(1);
      const bytes = readFileSync(path);
      truncateSync(path, 100);
      await expect(read(1)).rejects.toMatchObject({
        code: "io-failed",
        message: expect.stringMatching(
          /weights\.bin at byte \d+ failed: the file ends before its weights do/,
        ),
      });
      writeFileSync(path, bytes);
      expect(await read(1)).toBe(expected);
    });

    test("a step that is stopped in the middle leaves the next one right", async () => {
      const { read } = await open(stream(0.5, "cached"));
      const expected = await read(7);
      for (const wait of [0, 1, 2, 5]) {
        await read(7, AbortSignal.timeout(wait)).catch((error) => expect(error.code).toBe("aborted"));
        expect(await read(7)).toBe(expected);
      }
    });
  },
);
