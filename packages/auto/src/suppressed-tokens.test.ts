import { readFileSync } from "node:fs";
import { join } from "node:path";
import { llama } from "@engine/arch-llama";
import { reference } from "@engine/backend-reference";
import { describe, expect, test } from "vitest";
import { TINY, TINY_CONFIG, tinyFolder } from "../test/tiny-folder.ts";
import { AutoModel, type LoadOptions, Registry, suppressedTokens } from "./index.ts";

const golden: { readonly prompt_ids: number[]; readonly greedy_tokens: number[] } = JSON.parse(
  readFileSync(join(TINY, "golden.json"), "utf8"),
);
const base: LoadOptions = { registry: new Registry([llama]), backend: reference };
const [first] = golden.greedy_tokens;

const texts = [
  "<pad>",
  "<eos>",
  "<unused0>",
  "<image|>",
  "<unused17>",
  "<unused>",
  "a <unused3>",
  "<|audio|>",
];
const tokenizer = {
  tokenText: (id: number) => texts[id],
  startingWith: (text: string) => [...texts.keys()].filter((id) => texts[id]!.startsWith(text)),
  eosId: 1,
};

describe("which tokens are suppressed", () => {
  test.each<[string, object, object, readonly number[]]>([
    ["unused ones, by their whole text", {}, {}, [2, 4]],
    ["those of the list, known to the tokenizer or not", {}, { suppressTokens: [99, 6] }, [2, 4, 6, 99]],
    ["places of media", { image_token_id: 3, audio_token_index: 7, eoi_token_id: 6 }, {}, [2, 3, 4, 6, 7]],
    ["no other ids of config.json", { pad_token_id: 0, vocab_size: 5, image_size: 6 }, {}, [2, 4]],
    ["no places the tokenizer has no token for", { image_token_id: 50, video_token_id: null }, {}, [2, 4]],
    ["nothing that ends an answer", { image_token_id: 1 }, { eosTokenIds: [4] }, [2]],
  ])("%s", (_, config, generation, expected) => {
    expect(suppressedTokens(config, { eosTokenIds: [], ...generation }, tokenizer)).toEqual(expected);
  });

  test("without a tokenizer only the list", () => {
    const config = { image_token_id: 3 };
    expect(suppressedTokens(config, { eosTokenIds: [], suppressTokens: [5, 2] }, undefined)).toEqual([2, 5]);
    expect(suppressedTokens(config, { eosTokenIds: [] }, undefined)).toEqual([]);
  });
});

describe("a suppressed token is never chosen", () => {
  const answer = async (path: string, options: LoadOptions = {}) => {
    await using model = await AutoModel.load(path, { ...base, ...options });
    return (await model.generate(golden.prompt_ids, { maxTokens: 12 }).result).tokens;
  };

  test.each([
    ["suppress_tokens", { "generation_config.json": { suppress_tokens: [first] } }],
    ["a place of images", { "config.json": { ...TINY_CONFIG, image_token_id: first } }],
  ])("%s", async (_, files) => {
    await using folder = await tinyFolder(files);
    const tokens = await answer(folder.path);
    expect(tokens).toHaveLength(12);
    expect(tokens).not.toContain(first);
    expect(await answer(folder.path, { suppressTokens: [] })).toEqual(golden.greedy_tokens.slice(0, 12));
  });

  test("nothing is suppressed where the files name nothing", async () => {
    await using folder = await tinyFolder();
    expect(await answer(folder.path)).toEqual(golden.greedy_tokens.slice(0, 12));
  });
});
