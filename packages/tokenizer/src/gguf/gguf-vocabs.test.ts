import { existsSync, readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { metadataOf, readMetadata } from "../../test/gguf-metadata.ts";
import { absent, fixture, shared } from "../../test/shared.ts";
import { loadTokenizer } from "../load-tokenizer.ts";
import type { Tokenizer } from "../tokenizer.ts";
import { ggufTokenizer } from "./gguf-tokenizer.ts";

/** Texts and the ids llama.cpp gives for them. */
function goldens(name: string): readonly (readonly [text: string, ids: string])[] {
  const file = shared(`tokenizers/vocab-goldens/ggml-vocab-${name}.gguf`);
  const texts = readFileSync(`${file}.inp`, "utf8").split("\n__ggml_vocab_test__\n");
  const ids = readFileSync(`${file}.out`, "utf8").split("\n");
  return texts.map((text, i) => [text, ids[i]!.trim()]);
}

async function open(path: string): Promise<Tokenizer> {
  return (await ggufTokenizer(metadataOf(readMetadata(path)), path))!;
}

/** A tokenizer.json as the converter writes it into a file's metadata. */
function converted(
  path: string,
  kind: { readonly model: string; readonly pre: string },
): ReadonlyMap<string, unknown> {
  const { model, added_tokens } = JSON.parse(readFileSync(path, "utf8")) as {
    readonly model: {
      readonly vocab: Record<string, number>;
      readonly merges: readonly (string | readonly string[])[];
    };
    readonly added_tokens: readonly {
      readonly id: number;
      readonly content: string;
      readonly special: boolean;
    }[];
  };
  const tokens: string[] = [];
  for (const [token, id] of Object.entries(model.vocab)) tokens[id] = token;
  const types: number[] = tokens.map((token) => (/^<0x[0-9A-F]{2}>$/.test(token) ? 6 : 1));
  for (const { id, content, special } of added_tokens) {
    tokens[id] = content;
    types[id] = special ? 3 : 4;
  }
  const merges = model.merges.map((merge) => (typeof merge === "string" ? merge : merge.join(" ")));
  return new Map<string, unknown>([
    ["tokenizer.ggml.model", kind.model],
    ["tokenizer.ggml.pre", kind.pre],
    ["tokenizer.ggml.tokens", Array.from(tokens, (token, id) => token ?? `[PAD${id}]`)],
    ["tokenizer.ggml.token_type", Array.from(tokens, (_, id) => types[id] ?? 5)],
    ["tokenizer.ggml.merges", merges],
  ]);
}

const reference =
  fixture<
    Record<string, readonly { readonly text: string; readonly ids: number[]; readonly decoded: string }[]>
  >("real-encodings.json");

const plain = (tokenizer: Tokenizer, text: string): string =>
  tokenizer.encode(text, { addSpecialTokens: false }).join(" ");

const reason = absent("tokenizers");

describe.skipIf(reason)(`vocabularies in GGUF${reason ? ` (skipped: ${reason})` : ""}`, () => {
  it.each(["gpt-2", "llama-spm", "phi-3", "deepseek-coder"])("%s encodes as llama.cpp", async (name) => {
    const path = shared(`tokenizers/vocab-goldens/ggml-vocab-${name}.gguf`);
    const tokenizer = await open(path);
    const cases = goldens(name);
    expect(cases).toHaveLength(47);
    for (const [text, ids] of cases) expect(plain(tokenizer, text), JSON.stringify(text)).toBe(ids);
  });

  it("llama-spm is the llama2 of tokenizer.json, BOS and text too", async () => {
    const own = await open(shared("tokenizers/vocab-goldens/ggml-vocab-llama-spm.gguf"));
    const file = await loadTokenizer(shared("tokenizers/llama2"));
    const text = readFileSync(shared("text/tinyshakespeare.txt"), "utf8").slice(0, 5000);
    for (const part of [text, "  two  spaces\n\n", "日本語 🎉 ñ", ""]) {
      expect(own.encode(part)).toEqual(file.encode(part));
      const ids = own.encode(part, { addSpecialTokens: false });
      expect(own.decode(ids)).toBe(part);
    }
    expect([own.bosId, own.eosId, own.vocabSize]).toEqual([file.bosId, 2, file.vocabSize]);
    expect(own.specialIds).toEqual(file.specialIds);
  });

  it.each([
    ["gpt2", "gpt2", "gpt-2"],
    ["llama3", "gpt2", "llama-bpe"],
    ["qwen2", "gpt2", "qwen2"],
    ["smollm", "gpt2", "smollm"],
    ["gemma1-2", "gemma4", "default"],
  ])("%s as a %s vocabulary is what its tokenizer.json is", async (name, model, pre) => {
    const metadata = converted(shared(`tokenizers/${name}/tokenizer.json`), { model, pre });
    const own = (await ggufTokenizer(metadataOf(metadata), name))!;
    for (const { text, ids, decoded } of reference[name]!) {
      expect(plain(own, text), JSON.stringify(text)).toBe(ids.join(" "));
      expect(own.decode(ids)).toBe(decoded);
    }
  });

  it("phi-3 keeps its template and its special tokens", async () => {
    const tokenizer = await open(shared("tokenizers/vocab-goldens/ggml-vocab-phi-3.gguf"));
    const text = tokenizer.chatTemplate.render({
      messages: [{ role: "user", content: "Hi" }],
      addGenerationPrompt: true,
    });
    const ids = tokenizer.encode(text, { addSpecialTokens: false });
    expect(ids).toContain(tokenizer.tokenId("<|user|>"));
    expect(ids[0]).toBe(tokenizer.bosId);
  });
});

const noModel = absent("models/stories260K");

describe.skipIf(noModel)(`stories260K in GGUF${noModel ? ` (skipped: ${noModel})` : ""}`, () => {
  it("has the tokenizer of its folder", async () => {
    const own = await open(shared("models/stories260K/gguf/stories260K-q4_0.gguf"));
    const file = await loadTokenizer(shared("models/stories260K/hf-f32"));
    const stories = shared("text/tinystories-v2-sample.txt");
    const text = existsSync(stories) ? readFileSync(stories, "utf8").slice(0, 4000) : "Once upon a time";
    expect(own.encode(text)).toEqual(file.encode(text));
    expect(own.decode(own.encode(text), { skipSpecialTokens: true })).toBe(text);
    expect([own.bosId, own.eosId, own.vocabSize]).toEqual([1, 2, 512]);
  });
});
