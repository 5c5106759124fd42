import { expect, test } from "vitest";
import { metadataOf } from "../../test/gguf-metadata.ts";
import { ggufTokenizer } from "./gguf-tokenizer.ts";

const PIECES = ["<unk>", "<s>", "</s>", "<0x0A>", "▁", "a", "b", "▁a", "ab", "▁ab", "<|end|>", "[sMASK]"];
const TYPES = [2, 3, 3, 6, 1, 1, 1, 1, 1, 1, 3, 4];
const SCORES = [0, 0, 0, 0, -9, -10, -11, -2, -1, -3, 0, 0];

const sentencePiece: Readonly<Record<string, unknown>> = {
  "tokenizer.ggml.model": "llama",
  "tokenizer.ggml.tokens": PIECES,
  "tokenizer.ggml.token_type": TYPES,
  "tokenizer.ggml.scores": SCORES,
  "tokenizer.ggml.bos_token_id": 1,
  "tokenizer.ggml.eos_token_id": 2,
  "tokenizer.ggml.unknown_token_id": 0,
};
const make = (changes: Readonly<Record<string, unknown>> = {}) => {
  return ggufTokenizer(metadataOf(new Map(Object.entries({ ...sentencePiece, ...changes }))), "m.gguf");
};
const texts = (ids: readonly number[]): readonly string[] => ids.map((id) => PIECES[id]!);

test("pieces join by score, bytes stand for what has none, BOS comes first", async () => {
  const tokenizer = (await make())!;
  // "ab" is worth more than "▁a", so it is made first.
  expect(texts(tokenizer.encode("ab a"))).toEqual(["<s>", "▁ab", "▁a"]);
  expect(texts(tokenizer.encode("a\n"))).toEqual(["<s>", "▁a", "<0x0A>"]);
  expect(tokenizer.decode(tokenizer.encode("ab a\n"), { skipSpecialTokens: true })).toBe("ab a\n");
  expect([tokenizer.bosId, tokenizer.eosId, tokenizer.vocabSize]).toEqual([1, 2, 12]);
});

test("special tokens and the user's own are found in the text", async () => {
  const tokenizer = (await make())!;
  expect(texts(tokenizer.encode("<|end|>[sMASK]", { addSpecialTokens: false }))).toEqual([
    "<|end|>",
    "[sMASK]",
  ]);
  expect(tokenizer.specialIds).toEqual(new Set([0, 1, 2, 10]));
});

test("what the file says of BOS, EOS and the space in front counts", async () => {
  const flags = {
    "tokenizer.ggml.add_bos_token": false,
    "tokenizer.ggml.add_eos_token": true,
    "tokenizer.ggml.add_space_prefix": false,
  };
  const tokenizer = (await make(flags))!;
  expect(texts(tokenizer.encode("ab a"))).toEqual(["ab", "▁a", "</s>"]);
  expect(tokenizer.decode([7, 8])).toBe(" aab");
});

test("templates, the default and those with names", async () => {
  const tokenizer = (await make({
    "tokenizer.chat_template": "{{ bos_token }}{{ messages[0].content }}",
    "tokenizer.chat_templates": ["tool_use"],
    "tokenizer.chat_template.tool_use": "tools: {{ tools | length }}",
  }))!;
  const messages = [{ role: "user", content: "a" }];
  expect(tokenizer.chatTemplate.render({ messages })).toBe("<s>a");
  expect(tokenizer.chatTemplate.render({ messages, tools: [{}] })).toBe("tools: 1");
});

test("merges of bytes, with the words of the kind", async () => {
  const tokens = ["a", "b", "Ġ", "1", "2", "ab", "Ġab", "12", "<|end|>"];
  const metadata: Readonly<Record<string, unknown>> = {
    "tokenizer.ggml.model": "gpt2",
    "tokenizer.ggml.pre": "qwen2",
    "tokenizer.ggml.tokens": tokens,
    "tokenizer.ggml.token_type": [1, 1, 1, 1, 1, 1, 1, 1, 3],
    "tokenizer.ggml.merges": ["a b", "Ġ ab", "1 2"],
    "tokenizer.ggml.eos_token_id": 8,
  };
  const cut = async (pre: string): Promise<string[]> => {
    const values = new Map(Object.entries({ ...metadata, "tokenizer.ggml.pre": pre }));
    const tokenizer = await ggufTokenizer(metadataOf(values), "m.gguf");
    return tokenizer!.encode("ab ab12").map((id) => tokens[id]!);
  };
  // Qwen cuts numbers into digits, Llama 3 does not.
  expect(await cut("qwen2")).toEqual(["ab", "Ġab", "1", "2"]);
  expect(await cut("llama-bpe")).toEqual(["ab", "Ġab", "12"]);
  await expect(cut("unheard-of")).rejects.toThrow(/m\.gguf: the pre-tokenizer "unheard-of" is not known/);
});

test("a file without a vocabulary has no tokenizer", async () => {
  expect(await make({ "tokenizer.ggml.tokens": undefined })).toBeUndefined();
});

test.each([
  [{ "tokenizer.ggml.tokens": "many" }, '"tokenizer.ggml.tokens" is not a list of texts'],
  [{ "tokenizer.ggml.tokens": ["a", 1] }, '"tokenizer.ggml.tokens" is not a list of texts'],
  [{ "tokenizer.ggml.scores": [1] }, "lists 1 items for 12 tokens"],
  [{ "tokenizer.ggml.model": "bert" }, 'the tokenizer model "bert" is not read'],
  [{ "tokenizer.huggingface.json": "{" }, "tokenizer.huggingface.json is not valid JSON"],
])("refuses %j", async (change, message) => {
  await expect(make(change)).rejects.toThrow(message);
});
