import { existsSync, readdirSync, readFileSync, truncateSync, writeFileSync } from "node:fs";
import { mkdir, mkdtemp, rename, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { openSafetensors } from "../open-safetensors.ts";
import { readSafetensors } from "../read-safetensors.ts";
import { writeSafetensors } from "../write-safetensors.ts";
import { shardModel } from "./shard-model.ts";

/** Three matrices of whole sectors, a norm of 12 bytes, and what the order does not know. */
const ORDER = ["c.weight", "norm.weight", "a.weight", "b.weight"];
const SECTOR = 4096;

let folder: string;
let model: string;
const target = (): string => join(folder, "ordered");

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "engine-shard-"));
  model = join(folder, "model");
  await mkdir(model);
  writeFileSync(join(model, "config.json"), '{ "model_type": "llama" }');
  writeFileSync(join(model, "tokenizer.json"), "{}");
  const matrix = (name: string, seed: number) => ({
    name,
    dtype: "f32",
    shape: [32, 64],
    data: Float32Array.from({ length: 2048 }, (_, i) => Math.sin(i * seed)),
  });
  await writeSafetensors(join(model, "model.safetensors"), [
    matrix("a.weight", 1),
    matrix("b.weight", 2),
    matrix("c.weight", 3),
    { name: "norm.weight", dtype: "f32", shape: [3], data: Float32Array.of(1, 2, 3) },
    { name: "unknown", dtype: "u8", shape: [5], data: Uint8Array.of(1, 2, 3, 4, 5) },
  ]);
});
afterEach(() => rm(folder, { recursive: true }));

const tensorsIn = async (path: string) => {
  const all = [...(await readSafetensors(path))];
  return new Map(all.map(([name, { dtype, shape, data }]) => [name, { dtype, shape, data: [...data] }]));
};
/** Where each tensor lies, over all files. */
async function places(path: string): Promise<{ name: string; file: string; offset: number }[]> {
  const source = await openSafetensors(path);
  try {
    return [...source.names()]
      .map((name) => ({ name, extent: source.extent(name, "data")! }))
      .map(({ name, extent }) => ({ name, file: extent.path, offset: extent.offset }))
      .sort((a, b) => (a.file === b.file ? a.offset - b.offset : a.file < b.file ? -1 : 1));
  } finally {
    await source.close();
  }
}

test("tensors follow the order of use, whole sectors at the beginning of one, each byte as it was", async () => {
  const done = await shardModel(model, target(), { order: ORDER });
  expect(done).toMatchObject({ files: 1, resumedBytes: 0, deleted: [] });
  const copy = join(target(), "model.safetensors");
  expect(await tensorsIn(copy)).toEqual(await tensorsIn(join(model, "model.safetensors")));
  const lie = await places(copy);
  expect(lie.map(({ name }) => name)).toEqual(["c.weight", "a.weight", "b.weight", "norm.weight", "unknown"]);
  expect(lie.slice(0, 3).map(({ offset }) => offset % SECTOR)).toEqual([0, 0, 0]);
  expect(readdirSync(target()).sort()).toEqual(["config.json", "model.safetensors", "tokenizer.json"]);
  expect(readFileSync(join(target(), "config.json"), "utf8")).toContain("llama");
  expect(existsSync(`${target()}.incomplete`)).toBe(false);
});

test("several files have an index; stopped work goes on, damaged files are written anew", async () => {
  const stop = new AbortController();
  const options = { order: ORDER, shardBytes: 9000 };
  const stopped = shardModel(model, target(), {
    ...options,
    signal: stop.signal,
    onProgress: ({ tensor }) => {
      if (tensor === "b.weight") stop.abort();
    },
  });
  await expect(stopped).rejects.toMatchObject({ code: "aborted" });
  expect(existsSync(target())).toBe(false);
  const kept = readdirSync(`${target()}.incomplete`).filter((name) => name.endsWith(".safetensors"));
  expect(kept).toHaveLength(2);
  const done = await shardModel(model, target(), options);
  expect(done.files).toBe(3);
  expect(done.resumedBytes).toBeGreaterThan(2 * 8192);
  const index = join(target(), "model.safetensors.index.json");
  expect((await places(index)).map(({ name }) => name)).toEqual([
    "c.weight",
    "norm.weight",
    "a.weight",
    "b.weight",
    "unknown",
  ]);
});

test("a finished file that was damaged since is written again", async () => {
  const stop = new AbortController();
  const options = { order: ORDER, shardBytes: 9000 };
  const onProgress = ({ tensor }: { tensor: string }) => {
    if (tensor === "b.weight") stop.abort();
  };
  await shardModel(model, target(), { ...options, signal: stop.signal, onProgress }).catch(() => {});
  const first = join(`${target()}.incomplete`, "model-00001-of-00003.safetensors");
  const bytes = readFileSync(first);
  bytes[bytes.length - 1]! ^= 1;
  writeFileSync(first, bytes);
  const before = await tensorsIn(join(model, "model.safetensors"));
  await shardModel(model, target(), options);
  const copied = new Map<string, unknown>();
  for (const n of [1, 2, 3])
    for (const [name, one] of await tensorsIn(join(target(), `model-0000${n}-of-00003.safetensors`)))
      copied.set(name, one);
  expect(copied.size).toBe(before.size);
  for (const [name, one] of before) expect(copied.get(name)).toEqual(one);
});

test("the original goes after the copy was verified, and stays where it could not be made", async () => {
  const weights = join(model, "model.safetensors");
  const whole = readFileSync(weights);
  truncateSync(weights, whole.length - 10);
  await expect(shardModel(model, target(), { order: ORDER, deleteOriginal: true })).rejects.toMatchObject({
    code: "bad-checkpoint",
  });
  expect(existsSync(weights)).toBe(true);
  writeFileSync(weights, whole);
  const { deleted } = await shardModel(model, target(), { order: ORDER, deleteOriginal: true });
  expect(deleted).toEqual([weights]);
  expect(existsSync(weights)).toBe(false);
  expect(existsSync(join(model, "config.json"))).toBe(true);
});

test("what exists is not written over, and a hub cache keeps its files", async () => {
  await expect(shardModel(model, model, { order: [] })).rejects.toMatchObject({ code: "bad-option" });
  const cached = join(folder, "models--org--name");
  await rename(model, cached);
  await expect(shardModel(cached, target(), { order: [], deleteOriginal: true })).rejects.toMatchObject({
    code: "bad-option",
    message: expect.stringContaining("engine remove"),
  });
});
