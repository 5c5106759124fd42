import { closeSync, mkdtempSync, openSync, readFileSync, rmSync, truncateSync, writeFileSync } from "node:fs";
import { platform, tmpdir } from "node:os";
import { join } from "node:path";
import { compile } from "@engine/compiler";
import {
  type Architecture,
  capture,
  cast,
  type Device,
  decodeFloats,
  encodeFloats,
  gather,
  matmul,
  type Plan,
  toInt,
} from "@engine/core";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { cpuSimd } from "../src/index.ts";
import { noise, sourceOf, stepOf } from "./tiny-model.ts";

const [ROWS, WIDTH, TOKENS] = [2000, 1027, 16];
/** A table by the step's own ids, and by computed ones, which are one less. */
const lookUp: Architecture<undefined> = {
  api: 1,
  name: "look-up",
  modelTypes: [],
  parse: () => undefined,
  context: () => undefined,
  forward(step, weights) {
    const table = weights.get("table");
    const x = gather(table, step.tokens);
    step.tap("x", x);
    const ids = cast(step.tokens);
    step.tap("computed", gather(table, toInt(ids.sub(1))));
    return matmul(step.wanted(x), weights.get("head"));
  },
};

describe.skipIf(cpuSimd.unavailable())("a table in a mapped file", () => {
  const bytes = encodeFloats("f16", noise(3, ROWS * WIDTH));
  const decoded = decodeFloats("f16", bytes);
  let folder: string;
  let path: string;
  let fd: number;
  let device: Device;
  let plan: Plan;
  beforeEach(async () => {
    folder = mkdtempSync(join(tmpdir(), "engine-mapped-tables-"));
    path = join(folder, "table.bin");
    writeFileSync(path, Buffer.concat([Buffer.alloc(5), bytes]));
    fd = openSync(path, "r");
    const head = { shape: [16, WIDTH], bytes: encodeFloats("f16", noise(4, 16 * WIDTH)) };
    const stored = new Map([
      ["table", { shape: [ROWS, WIDTH], bytes }],
      ["head", head],
    ]);
    const extent = { fd, path, offset: 5, bytes: bytes.length };
    const source = sourceOf("f16", stored, (name) => (name === "table" ? extent : undefined));
    device = await cpuSimd.open({ threads: 2 });
    const graph = capture(lookUp, undefined, source, { taps: ["x", "computed"] });
    const limits = { maxTokens: TOKENS, maxRows: TOKENS, maxSequences: 1, kv: "f32" } as const;
    const program = compile(graph, source, device, limits);
    const weights = await device.weights(source, program.weights, "auto");
    expect(weights.bytes.mapped).toBe(bytes.length);
    plan = await device.plan(program, weights, await device.state(program, { blockTokens: 32, blocks: [] }));
  });
  afterEach(async () => {
    await device.close();
    closeSync(fd);
    rmSync(folder, { recursive: true });
  });

  const found = async (tokens: readonly number[]): Promise<[x: Float32Array, computed: Float32Array]> => {
    const [x, computed] = [0, 1].map(() => new Float32Array(tokens.length * WIDTH));
    const step = { ...stepOf({ tokens, cached: 0 }), tables: [], wanted: new Int32Array(0) };
    await plan.run(step, { tensors: { x: x!, computed: computed! } });
    return [x!, computed!];
  };
  /** Rows as they are stored; NaN where there is none. */
  const rows = (ids: readonly number[]): Float32Array => {
    const row = (id: number): Float32Array =>
      id < 0 ? new Float32Array(WIDTH).fill(Number.NaN) : decoded.subarray(id * WIDTH, (id + 1) * WIDTH);
    return Float32Array.from(ids.flatMap((id) => [...row(id)]));
  };
  const spread = Array.from({ length: TOKENS }, (_, i) => 124 * i);

  test("gives rows by the step's ids and by computed ones, one or many", async () => {
    for (const tokens of [[7, 1999, 7, 1, 512, 0], [1999], [0], spread]) {
      const [x, computed] = await found(tokens);
      expect(x).toEqual(rows(tokens));
      expect(computed).toEqual(rows(tokens.map((id) => id - 1)));
    }
  });

  test.skipIf(platform() !== "linux")("brings no page of it into the process", async () => {
    await found(spread);
    const maps = readFileSync("/proc/self/smaps", "utf8").split(/^(?=[0-9a-f]+-[0-9a-f]+ )/m);
    const mapped = maps.filter((map) => map.includes(path));
    expect(mapped.map((map) => /^Rss: +(\d+) kB$/m.exec(map)![1])).toEqual(["0"]);
  });

  test("fails a step by its file's name when it was cut; once whole again it goes on", async () => {
    const whole = readFileSync(path);
    truncateSync(path, 1000);
    await expect(found([1999])).rejects.toMatchObject({
      code: "io-failed",
      message: expect.stringMatching(/table\.bin was cut from \d+ bytes to 1000/),
    });
    writeFileSync(path, whole);
    expect((await found([1999]))[0]).toEqual(rows([1999]));
  });
});
