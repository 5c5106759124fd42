import { existsSync, readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { absent, shared } from "../../test/shared.ts";
import { createTokenizer, libraryTokenizer } from "../create-tokenizer.ts";
import { loadTokenizer } from "../load-tokenizer.ts";
import type { Tokenizer } from "../tokenizer.ts";
import { readTokenizerJson } from "../tokenizer-json.ts";

/** The compact form against @huggingface/tokenizers with its own tables: the same ids for any text. */
const NAMES = ["gemma1-2", "gpt2", "llama2", "llama3", "mistral-v3", "phi3", "qwen2", "smollm"];
const reason = absent("tokenizers");

const SAMPLES = [
  ..."abcXYZ019 .,;:'\"!?-_/\\\n\t\r▁Ġé中日本語кириллицаעברית한글\u0300\u200d\ufeff\u00a0\ufffd",
  ..."🎉👩🏽\ud800\udc00",
  "\ud83d",
  "\udc00",
  " the",
  " The",
  "ing",
  "tion",
  "    ",
  "\n\n\n",
  "1234567",
  "don't",
  "I'LL",
  "http://example.com/?q=1&x=%20",
  "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa",
  "かんじとひらがなとカタカナ",
  "= = = = = = = =",
  "<0x0A>",
];

/** Mulberry32: the same texts in every run. */
function randomBits(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    const mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    const more = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return (more ^ (more >>> 14)) >>> 0;
  };
}

function texts(tokenizer: Tokenizer, count: number): readonly string[] {
  const random = randomBits(20);
  const special = [...tokenizer.specialIds].slice(0, 8).map((id) => tokenizer.tokenText(id)!);
  const part = (): string => {
    const kind = random() % 16;
    if (kind === 0) return String.fromCodePoint(random() % 0x110000);
    if (kind === 1) return special.length > 0 ? special[random() % special.length]! : "";
    // Tokens of the vocabulary side by side try merges across their borders.
    if (kind < 6) return tokenizer.tokenText(random() % tokenizer.vocabSize)?.replaceAll("▁", " ") ?? "";
    return SAMPLES[random() % SAMPLES.length]!;
  };
  return Array.from({ length: count }, () => Array.from({ length: random() % 40 }, part).join(""));
}

function expectSame(ours: Tokenizer, library: Tokenizer, count: number): void {
  expect(ours.fallback).toBeUndefined();
  expect(ours.vocabSize).toBe(library.vocabSize);
  expect(ours.specialIds).toEqual(library.specialIds);
  for (const text of texts(ours, count)) {
    expect(ours.encode(text), JSON.stringify(text)).toEqual(library.encode(text));
  }
}

describe.skipIf(reason)(`the compact form${reason ? ` (skipped: ${reason})` : ""}`, () => {
  it.each(NAMES)("%s is what the library makes of it", async (name) => {
    const folder = shared(`tokenizers/${name}`);
    const path = `${folder}/tokenizer.json`;
    const read = (file: string) => JSON.parse(readFileSync(`${folder}/${file}`, "utf8")) as object;
    const config = ["special_tokens_map.json", "tokenizer_config.json"]
      .filter((file) => existsSync(`${folder}/${file}`))
      .map(read);
    const parts = { config: Object.assign({}, ...config) as object };
    const json = readTokenizerJson(read("tokenizer.json"), path);
    const library = libraryTokenizer(json, parts, "compared");
    const ours = await loadTokenizer(folder);
    expectSame(ours, library, 300);
    const long = readFileSync(shared("text/tinyshakespeare.txt"), "utf8").slice(0, 40_000);
    expect(ours.encode(long)).toEqual(library.encode(long));
    const step = 97;
    for (let id = 0; id < library.vocabSize + step; id += step) {
      const text = library.tokenText(id);
      expect(ours.tokenText(id)).toBe(text);
      if (text !== undefined) expect(ours.tokenId(text)).toBe(library.tokenId(text));
    }
  });

  it("a Unigram of Llama 2's pieces is what the library makes of it", async () => {
    const { model } = JSON.parse(readFileSync(shared("tokenizers/llama2/tokenizer.json"), "utf8")) as {
      readonly model: { readonly vocab: Readonly<Record<string, number>> };
    };
    const random = randomBits(3);
    // Some scores are equal, so that ties show; the order of ids has nothing to do with them.
    const vocab = Object.entries(model.vocab)
      .sort(([, a], [, b]) => a - b)
      .map(([piece]) => [piece, -((random() % 4000) / 256)] as const);
    const tokenizer = {
      added_tokens: [{ id: 1, content: "<s>", special: true }],
      pre_tokenizer: { type: "Metaspace", replacement: "▁", prepend_scheme: "always" },
      model: { type: "Unigram", unk_id: 0, vocab },
    };
    const library = libraryTokenizer(readTokenizerJson(tokenizer, "unigram"), {}, "compared");
    expectSame(createTokenizer({ tokenizer }), library, 300);
  });
});
