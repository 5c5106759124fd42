import { cp, mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

/** A random Llama with a golden by transformers: 3 layers, a vocabulary of 256. */
export const TINY = fileURLToPath(new URL("../../conformance/fixtures/llama/", import.meta.url));
export const TINY_CONFIG = {
  architectures: ["LlamaForCausalLM"],
  model_type: "llama",
  bos_token_id: 1,
  eos_token_id: 2,
  head_dim: 16,
  hidden_size: 64,
  intermediate_size: 72,
  max_position_embeddings: 256,
  num_attention_heads: 4,
  num_hidden_layers: 3,
  num_key_value_heads: 2,
  rms_norm_eps: 1e-5,
  rope_theta: 10000,
  vocab_size: 256,
};

/** Each id from 3 on is one character; `</s>` is 2, `<|end|>` is 3. */
const TOKENIZER = {
  added_tokens: ["<unk>", "<s>", "</s>", "<|end|>"].map((content, id) => ({ id, content, special: true })),
  model: {
    type: "BPE",
    vocab: Object.fromEntries([
      ...["<unk>", "<s>", "</s>", "<|end|>"].map((token, id) => [token, id]),
      ...Array.from({ length: 252 }, (_, i) => [String.fromCodePoint(0x4e00 + i + 4), i + 4]),
    ]),
    merges: [],
  },
  decoder: { type: "Fuse" },
  post_processor: {
    type: "TemplateProcessing",
    single: [{ SpecialToken: { id: "<s>", type_id: 0 } }, { Sequence: { id: "A", type_id: 0 } }],
    pair: [],
    special_tokens: { "<s>": { id: "<s>", ids: [1], tokens: ["<s>"] } },
  },
};

/** The character of an id. */
export function letter(id: number): string {
  return String.fromCodePoint(0x4e00 + id);
}

const TEMPLATE =
  "{{ bos_token }}{% for m in messages %}{{ m.content }}<|end|>{% endfor %}{% if add_generation_prompt %}丐{% endif %}";

/** The tokenizer with these ids as further special tokens. */
export function tinyTokenizer(names: Readonly<Record<number, string>>): unknown {
  const marked = Object.entries(names).map(([id, content]) => ({ id: Number(id), content, special: true }));
  const words = Object.entries<number>(TOKENIZER.model.vocab).map(([word, id]) => [names[id] ?? word, id]);
  return {
    ...TOKENIZER,
    added_tokens: [...TOKENIZER.added_tokens, ...marked],
    model: { ...TOKENIZER.model, vocab: Object.fromEntries(words) },
  };
}

/** A new folder with files, removed by `await using`. Values are written as JSON, texts as they are. */
export async function folderOf(
  files: Readonly<Record<string, unknown>>,
): Promise<AsyncDisposable & { readonly path: string }> {
  const path = await mkdtemp(join(tmpdir(), "engine-auto-"));
  for (const [name, value] of Object.entries(files)) {
    const file = join(path, name);
    await mkdir(dirname(file), { recursive: true });
    await writeFile(file, typeof value === "string" ? value : JSON.stringify(value));
  }
  return { path, [Symbol.asyncDispose]: () => rm(path, { recursive: true }) };
}

/** The tiny model with a tokenizer and a chat template. `files` adds or replaces some. */
export async function tinyFolder(
  files: Readonly<Record<string, unknown>> = {},
): Promise<AsyncDisposable & { readonly path: string }> {
  const folder = await folderOf({
    "config.json": TINY_CONFIG,
    "tokenizer.json": TOKENIZER,
    "tokenizer_config.json": { bos_token: "<s>", eos_token: "<|end|>", chat_template: TEMPLATE },
    ...files,
  });
  await cp(join(TINY, "model.safetensors"), join(folder.path, "model.safetensors"));
  return folder;
}
