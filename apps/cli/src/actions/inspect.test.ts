import { existsSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, expect, it } from "vitest";
import { fakeIo } from "../../test/fake-io.ts";
import { tinyModel } from "../../test/tiny-model.ts";
import { runCli } from "../run-cli.ts";

let folder = "";

beforeAll(async () => {
  folder = await tinyModel({ template: true });
});
afterAll(() => rmSync(folder, { recursive: true }));

async function inspect(...args: string[]) {
  const io = fakeIo();
  const code = await runCli(["inspect", ...args], io);
  return { code, out: io.out(), err: io.err() };
}
const json = async (...args: string[]) => JSON.parse((await inspect(...args, "--json")).out);

it("says what a model is", async () => {
  const found = await json(folder);
  expect(found).toMatchObject({
    path: folder,
    architecture: "llama",
    modelType: "llama",
    context: 256,
    vocabulary: 258,
    weights: { tensors: 20, types: { f32: { tensors: 20 } } },
    tokenizer: { tokens: 258, chatTemplate: true },
    eosTokenIds: [257],
    unread: [],
  });
  const size = { heads: 4, kvHeads: 2, keyDim: 4, valueDim: 4 };
  expect(found.layers).toEqual(
    [0, 1].map((index) => ({ index, kind: "full", ...size, window: null, imageBlocks: false, owner: index })),
  );
  expect(found.parts.map(({ part }: { part: string }) => part)).toEqual([
    "embeddings, also the head",
    "layers",
    "other",
  ]);
  const sum = (key: string): number =>
    found.parts.reduce((total: number, one: Record<string, number>) => total + one[key]!, 0);
  expect([sum("tensors"), sum("parameters"), sum("bytes")]).toEqual([
    20,
    found.weights.parameters,
    found.weights.bytes,
  ]);
  expect(found.weights.bytes).toBe(found.weights.parameters * 4);
  expect(found.tensors).toHaveLength(20);
  // 2 layers × 2 heads × (4 + 4) numbers of 4 bytes for each of 256 tokens.
  expect(found.memory).toMatchObject([
    { context: 256, kv: "f32", resident: { state: 2 * 2 * 8 * 4 * 256 } },
    { context: 256, kv: "f16", resident: { state: 2 * 2 * 8 * 2 * 256 } },
    { context: 256, kv: "int8", resident: { state: 2 * 2 * (8 + 2 * 4) * 256 } },
  ]);
});

it("estimates the context that is asked for", async () => {
  const { memory } = await json(folder, "--context", "64", "--kv", "f32");
  expect(memory).toMatchObject([{ context: 64, kv: "f32", resident: { state: 2 * 2 * 8 * 4 * 64 } }]);
});

it("shows it to people, the first tensors or all", async () => {
  const { out } = await inspect(folder);
  expect(out).toMatch(/0–1 +full +4 +2 +4 +– +its own/);
  expect(out).toMatch(/head +1 +4128 +/);
  expect(out).toContain("258 tokens, with a chat template");
  expect(out).toContain("… and 12 more");
  expect((await inspect(folder, "--tensors")).out.match(/^model\./gm)).toHaveLength(20);
});

it("lists the tensors of weights without a config.json", async () => {
  const lone = await tinyModel();
  rmSync(join(lone, "config.json"));
  const found = await json(join(lone, "model.safetensors"));
  expect(found.tensors).toHaveLength(20);
  expect(found).not.toHaveProperty("architecture");
  expect(found).not.toHaveProperty("problem");
  expect((await inspect(join(lone, "model.safetensors"))).out).toContain("model.embed_tokens.weight");
  rmSync(lone, { recursive: true });
});

it("names the problem of a model it cannot run, and still says the rest", async () => {
  const other = await tinyModel();
  const path = join(other, "config.json");
  const config = JSON.parse(readFileSync(path, "utf8"));
  writeFileSync(path, JSON.stringify({ ...config, model_type: "unheard_of", architectures: ["Unheard"] }));
  expect(await json(other)).toMatchObject({
    modelType: "unheard_of",
    problem: expect.stringContaining("unheard_of"),
  });
  writeFileSync(path, JSON.stringify({ ...config, num_hidden_layers: 3 }));
  const { code, out } = await inspect(other);
  expect(code).toBe(0);
  expect(out).toMatch(/^problem: .*model\.layers\.2\./m);
  expect(out).toContain("20 tensors");
  rmSync(other, { recursive: true });
});

const stories = fileURLToPath(
  new URL("../../../../../shared/models/stories260K/gguf/stories260K-q4_0.gguf", import.meta.url),
);
const absent = existsSync(stories) ? undefined : "no ../shared/models/stories260K beside the repository";

it.skipIf(absent)(`tells of a GGUF file${absent ? ` (skipped: ${absent})` : ""}`, async () => {
  const found = await json(stories);
  expect(found).toMatchObject({
    path: stories,
    architecture: "llama",
    context: 512,
    metadata: { "llama.block_count": 5, "tokenizer.ggml.tokens": "512 items" },
    weights: { types: { q4_0: { tensors: 31 }, f16: { tensors: 5 } } },
    tokenizer: { tokens: 512, chatTemplate: false },
    eosTokenIds: [2],
    unread: [],
  });
  const { out } = await inspect(stories);
  expect(out).toContain("10 f32, 5 f16, 30 q4_0");
  expect(out).toMatch(/llama\.attention\.head_count_kv +4/);
});
