import { join } from "node:path";
import { llama } from "@engine/arch-llama";
import { reference } from "@engine/backend-reference";
import { readSafetensors, writeSafetensors } from "@engine/loader";
import { expect, test } from "vitest";
import { TINY, TINY_CONFIG, tinyFolder } from "../test/tiny-folder.ts";
import { AutoModel, describeModel, Registry } from "./index.ts";

const registry = new Registry([llama]);
const backend = reference;

test("sizes by part, from the header alone", async () => {
  const found = await describeModel(TINY, { registry, backend, sessions: 1 });
  // bf16: two bytes each. A layer: q and o [64, 64], k and v [32, 64], three of [72, 64], two norms.
  const layer = 2 * (2 * 64 * 64 + 2 * 32 * 64 + 3 * 72 * 64 + 2 * 64);
  const table = 2 * 256 * 64;
  expect(found).toMatchObject({
    architecture: "llama",
    modelContext: 256,
    context: 256,
    parameters: (2 * table + 3 * layer + 128) / 2,
    encodings: { bf16: 2 * table + 3 * layer + 128 },
    weights: { embeddings: table, layers: 3 * layer, head: table, other: 128 },
    // 3 layers, 2 heads of 16 for keys and values, f32: tokens of so few bytes stay exact.
    kv: { perToken: 3 * 2 * 32 * 4, sessions: 1 },
    memory: { residency: "resident", state: 256 * 3 * 2 * 32 * 4 },
  });
  expect(found.weights.total).toBe(found.encodings.bf16);
});

test("f16 keys and values take half of that, int8 a quarter and its scales; a context asked for is used", async () => {
  const found = await describeModel(TINY, { registry, backend, kv: "f16", context: 64, sessions: 2 });
  expect(found.kv).toEqual({ perToken: 384, sessions: 2 });
  expect(found.memory.state).toBe(2 * 64 * 384);
  const small = await describeModel(TINY, { registry, backend, kv: "int8", context: 64, sessions: 2 });
  expect(small.kv.perToken).toBe(3 * 2 * 2 * (16 + 4));
  expect(found.context).toBe(64);
});

test("a table that is the head too counts once, as embeddings", async () => {
  await using folder = await tinyFolder({ "config.json": { ...TINY_CONFIG, tie_word_embeddings: true } });
  const file = join(folder.path, "model.safetensors");
  const tensors = await readSafetensors(file);
  tensors.delete("lm_head.weight");
  await writeSafetensors(
    file,
    [...tensors].map(([name, { shape, data }]) => ({
      name,
      shape,
      dtype: "f32",
      data: data as Float32Array,
    })),
  );
  const found = await describeModel(folder.path, { registry, backend });
  expect(found.weights).toMatchObject({ embeddings: 4 * 256 * 64, head: 0 });
});

test("it predicts what loading takes", async () => {
  // The reference backend keeps keys and values of any type as f32.
  const found = await describeModel(TINY, { registry, backend, kv: "f32" });
  await using model = await AutoModel.load(TINY, { registry, backend, kv: "f32" });
  expect({ ...model.memory, process: 0, peak: 0 }).toEqual({ ...found.memory, process: 0, peak: 0 });
  expect(model.state.bytes).toBe(found.memory.state);
  expect(model.context).toBe(found.context);
  // The reference backend widens bf16 to f32.
  expect(model.weights.resident).toBe(2 * found.weights.total);
  expect(found.memory.weights.resident).toBe(model.weights.resident);
  expect(found.memory.repacking).toBe(found.weights.total);
});

test("an unknown family is an error like that of loading", async () => {
  await expect(describeModel(TINY)).rejects.toMatchObject({ code: "unknown-architecture" });
});
