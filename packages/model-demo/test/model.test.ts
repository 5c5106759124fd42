import { readdirSync, readFileSync, statSync } from "node:fs";
import { isAbsolute, join } from "node:path";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";
import { description, modelPath } from "../src/index.ts";

interface GoldenCase {
  readonly prompt: string;
  readonly prompt_ids: number[];
  readonly greedy_ids: number[];
  readonly text: string;
}

const readJson = (path: string) => JSON.parse(readFileSync(path, "utf8"));
const model = (file: string) => join(modelPath, file);

/** The tensors that the safetensors header lists. */
function tensors(): Record<string, { dtype: string; shape: number[] }> {
  const bytes = readFileSync(model("model.safetensors"));
  const length = Number(bytes.readBigUInt64LE(0));
  const { __metadata__, ...found } = JSON.parse(bytes.toString("utf8", 8, 8 + length));
  return found;
}

test("the folder holds what a loader needs, in less than 3 MB", () => {
  expect(isAbsolute(modelPath)).toBe(true);
  const files = readdirSync(modelPath);
  expect(files.sort()).toEqual([
    "config.json",
    "generation_config.json",
    "model.safetensors",
    "tokenizer.json",
    "tokenizer_config.json",
  ]);
  expect(files.reduce((sum, file) => sum + statSync(model(file)).size, 0)).toBeLessThan(3_000_000);
});

test("the description says what the files say", () => {
  const config = readJson(model("config.json"));
  expect(config.model_type).toBe(description.architecture);
  expect(config.torch_dtype).toBe(description.weights);
  expect(config.max_position_embeddings).toBe(description.context);
  expect(config.vocab_size).toBe(description.vocabulary);
  const found = Object.values(tensors());
  expect(found.every(({ dtype }) => dtype === "BF16")).toBe(true);
  const parameters = found.reduce((sum, { shape }) => sum + shape.reduce((a, b) => a * b, 1), 0);
  expect(parameters).toBe(description.parameters);
});

test("the output head is the embedding, so there is no lm_head", () => {
  expect(readJson(model("config.json")).tie_word_embeddings).toBe(true);
  expect(Object.keys(tensors())).not.toContain("lm_head.weight");
});

test("the golden continuations begin with <s> and stay in the vocabulary", () => {
  const golden: GoldenCase[] = readJson(fileURLToPath(new URL("golden.json", import.meta.url)));
  const { bos_token_id: bos } = readJson(model("config.json"));
  expect(golden).toHaveLength(3);
  for (const { prompt_ids, greedy_ids, text } of golden) {
    expect(prompt_ids[0]).toBe(bos);
    expect(greedy_ids).toHaveLength(60);
    expect([...prompt_ids, ...greedy_ids].every((id) => id >= 0 && id < description.vocabulary)).toBe(true);
    expect(text.length).toBeGreaterThan(0);
  }
});
