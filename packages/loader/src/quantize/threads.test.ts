import { existsSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { expect, it } from "vitest";
import { failure } from "../../test/files.ts";
import { convertLines, type Lines } from "./convert-lines.ts";
import { roundGroups } from "./round-groups.ts";
import { converter } from "./threads.ts";

const WORKER = join(import.meta.dirname, "../../dist/quantize-worker.js");
const isBuilt = existsSync(WORKER);

const lines = (seed: number): Lines => ({
  type: "f32",
  bytes: new Uint8Array(Float32Array.from({ length: 128 }, (_, i) => Math.sin(seed + i)).buffer),
  columns: 64,
  target: { as: "integers", bits: 4, group: 32 },
});

it.skipIf(!isBuilt)(
  "threads give what one thread gives (needs the built package: npm run build)",
  async () => {
    await using threads = await converter({ threads: 3, worker: pathToFileURL(WORKER) });
    expect(threads.threads).toBe(3);
    const converted = await Promise.all(Array.from({ length: 10 }, (_, i) => threads.convert(lines(i))));
    expect(converted).toEqual(Array.from({ length: 10 }, (_, i) => convertLines(lines(i), roundGroups)));
  },
);

const MARKED =
  "export const roundGroups = () => ({ packed: new Uint8Array([7]), scale: new Uint16Array([9]) });";

it.each(isBuilt ? [1, 2] : [1])("%i threads round with the module they are given", async (count) => {
  const rounding = new URL(`data:text/javascript,${MARKED}`);
  await using threads = await converter({ threads: count, rounding, worker: pathToFileURL(WORKER) });
  expect((await threads.convert(lines(0))).parts).toEqual({
    _packed: new Uint8Array([7]),
    _scale: new Uint8Array([9, 0]),
  });
});

it("a thread that cannot run fails the work", async () => {
  const broken = new URL("data:text/javascript,throw new Error('no memory')");
  await using threads = await converter({ threads: 2, worker: broken });
  expect((await failure(threads.convert(lines(0)))).message).toContain("A quantizing thread ended");
});
