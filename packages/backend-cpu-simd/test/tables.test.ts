import { closeSync, mkdtempSync, openSync, readFileSync, rmSync, truncateSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { compile } from "@engine/compiler";
import {
  type Architecture,
  capture,
  type Device,
  encodeFloats,
  gather,
  matmul,
  type Plan,
  type WeightStore,
} from "@engine/core";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { cpuSimd } from "../src/index.ts";
import { noise, sourceOf, stepOf } from "./tiny-model.ts";

const [ROWS, WIDTH, CHUNK] = [1000, 24, 16];
const ROW_BYTES = 4 * WIDTH;
/** Room for a sixty-fourth of it in rows: 26 of 1000. */
const BUDGET = 160_000;
const KEPT = Math.floor(BUDGET / 64 / ROW_BYTES);

/** Nothing but a table; what else there is multiplies no row that is asked for. */
const lookUp: Architecture<undefined> = {
  api: 1,
  name: "look-up",
  modelTypes: [],
  parse: () => undefined,
  context: () => undefined,
  forward(step, weights) {
    const x = gather(weights.get("table"), step.tokens);
    step.tap("x", x);
    return matmul(step.wanted(x), weights.get("head"));
  },
};

describe.skipIf(cpuSimd.unavailable()).each(["threads", "io_uring"] as const)(
  "a table that stays in its file, by %s",
  (reader) => {
    const values = noise(3, ROWS * WIDTH);
    const row = (id: number): Float32Array => values.subarray(id * WIDTH, (id + 1) * WIDTH);
    let folder: string;
    let path: string;
    let fd: number;
    let device: Device;
    let weights: WeightStore;
    let plan: Plan;
    beforeEach(async () => {
      folder = mkdtempSync(join(tmpdir(), "engine-tables-"));
      path = join(folder, "table.bin");
      writeFileSync(path, Buffer.concat([Buffer.alloc(5), encodeFloats("f32", values)]));
      fd = openSync(path, "r");
      const stored = new Map([
        ["table", { shape: [ROWS, WIDTH], bytes: encodeFloats("f32", values) }],
        ["head", { shape: [16, WIDTH], bytes: encodeFloats("f32", noise(4, 16 * WIDTH)) }],
      ]);
      const extent = { fd, path, offset: 5, bytes: ROWS * ROW_BYTES };
      const source = sourceOf("f32", stored, (name) => (name === "table" ? extent : undefined));
      device = await cpuSimd.open({ threads: 2 });
      const limits = { maxTokens: CHUNK, maxRows: CHUNK, maxSequences: 1, kv: "f32" } as const;
      const program = compile(capture(lookUp, undefined, source, { taps: ["x"] }), source, device, limits);
      weights = await device.weights(source, program.weights, { stream: { budget: BUDGET, reader } });
      // Where io_uring is not there, threads take its place.
      expect([reader, "threads"]).toContain(weights.streamed!().reader);
      const state = await device.state(program, { blockTokens: 32, blocks: [] });
      plan = await device.plan(program, weights, state);
    });
    afterEach(async () => {
      await device.close();
      closeSync(fd);
      rmSync(folder, { recursive: true });
    });

    const found = async (tokens: readonly number[]): Promise<Float32Array> => {
      const x = new Float32Array(tokens.length * WIDTH).fill(Number.NaN);
      await plan.run(
        { ...stepOf({ tokens, cached: 0 }), tables: [], wanted: new Int32Array(0) },
        { tensors: { x } },
      );
      return x;
    };
    const rowsRead = async (tokens: readonly number[]): Promise<number> => {
      const before = weights.streamed!().bytesRead;
      expect(await found(tokens)).toEqual(Float32Array.from(tokens.flatMap((id) => [...row(id)])));
      return (weights.streamed!().bytesRead - before) / ROW_BYTES;
    };

    test("gives rows by id, each read once, in any order, the first and the last", async () => {
      expect(await rowsRead([7, 999, 7, 0, 512, 0])).toBe(4);
      expect(await rowsRead([0, 7, 512, 999])).toBe(0);
    });

    test("keeps the rows that were used last, and no more than its share", async () => {
      const all = Array.from({ length: KEPT }, (_, i) => 10 * i);
      const [front, back] = [all.slice(0, CHUNK), all.slice(CHUNK)];
      expect((await rowsRead(front)) + (await rowsRead(back))).toBe(KEPT);
      expect((await rowsRead(front.slice(1))) + (await rowsRead(back))).toBe(0);
      // The one that was not used since gives way.
      expect(await rowsRead([5])).toBe(1);
      expect((await rowsRead(front.slice(1))) + (await rowsRead(back))).toBe(0);
      expect(await rowsRead([all[0]!])).toBe(1);
    });

    test("fails a step by its file's name when it was cut; once whole again it goes on", async () => {
      const whole = readFileSync(path);
      truncateSync(path, 1000);
      await expect(found([999])).rejects.toMatchObject({
        code: "io-failed",
        message: expect.stringMatching(/table\.bin/),
      });
      writeFileSync(path, whole);
      expect(await rowsRead([999])).toBeGreaterThan(0);
    });
  },
);
