import { EngineError } from "@engine/core";
import type { ChatTemplateSource } from "../chat-template.ts";
import { NotCovered } from "../compact/not-covered.ts";
import { compactTokenizer, createTokenizer, libraryTokenizer } from "../create-tokenizer.ts";
import { parseJson } from "../json.ts";
import type { Tokenizer } from "../tokenizer.ts";
import { readFrame, readTokenizerJson } from "../tokenizer-json.ts";
import { byteLevelJson } from "./byte-level-json.ts";
import { compactGgufModel, type GgufDescription, parsedGgufModel } from "./gguf-model.ts";
import { type MetadataVocab, readVocab, type TokenizerMetadata } from "./metadata-vocab.ts";
import { sentencePieceJson } from "./sentencepiece-json.ts";

const NAMES = [
  ["bos_token", "bos"],
  ["eos_token", "eos"],
  ["unk_token", "unknown"],
  ["pad_token", "padding"],
] as const;

/**
 * The tokenizer in a GGUF file's metadata; undefined where it has none. `where` is the file, for errors. Throws
 * `bad-tokenizer` for broken metadata, `unsupported` for a kind this package does not read.
 */
export async function ggufTokenizer(
  metadata: TokenizerMetadata,
  where: string,
): Promise<Tokenizer | undefined> {
  const vocab = await readVocab(metadata, where);
  if (!vocab) return undefined;
  const read = (key: string): unknown => metadata.get(key);
  const named = NAMES.map(([name, key]) => [name, vocab.special(key)] as const);
  const template = chatTemplates(read);
  const parts = {
    config: Object.fromEntries(named.filter(([, text]) => text !== undefined)),
    ...(template && { template }),
    source: `${where}: tokenizer`,
  };
  const whole = read("tokenizer.huggingface.json");
  if (typeof whole === "string") {
    return createTokenizer({ ...parts, tokenizer: parseJson(whole, `${where}: tokenizer.huggingface.json`) });
  }
  const description = describe(read, vocab);
  const frame = readFrame(description.frame, parts.source);
  try {
    return compactTokenizer(frame, await compactGgufModel(vocab, description), parts);
  } catch (error) {
    if (!(error instanceof NotCovered)) throw error;
    const json = { ...description.frame, model: await parsedGgufModel(vocab, description) };
    return libraryTokenizer(readTokenizerJson(json, parts.source), parts, error.message);
  }
}

type Read = (key: string) => unknown;

function describe(read: Read, vocab: MetadataVocab): GgufDescription {
  const model = read("tokenizer.ggml.model");
  const stated = read("tokenizer.ggml.pre");
  const pre = typeof stated === "string" ? stated : "default";
  switch (model) {
    case "llama":
      return sentencePieceJson(vocab, { pre, spacePrefix: true, bos: true });
    case "gemma4":
      return sentencePieceJson(vocab, { pre, spacePrefix: false, bos: true });
    case "gpt2":
      return byteLevelJson(vocab, pre);
    default:
      throw new EngineError(
        "unsupported",
        `${vocab.where}: the tokenizer model ${JSON.stringify(model)} is not read; "llama", "gpt2" and "gemma4" are. Raw ids work without one (--token-ids 1,2,3).`,
      );
  }
}

/** The default template, and those with a name of their own. */
function chatTemplates(read: Read): ChatTemplateSource | undefined {
  const template = read("tokenizer.chat_template");
  const names = read("tokenizer.chat_templates");
  const templates: Record<string, string> = {};
  if (typeof template === "string" && template !== "") templates.default = template;
  for (const name of Array.isArray(names) ? names : []) {
    const text = read(`tokenizer.chat_template.${String(name)}`);
    if (typeof text === "string") templates[String(name)] = text;
  }
  return Object.keys(templates).length > 0 ? templates : undefined;
}
