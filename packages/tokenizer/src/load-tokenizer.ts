import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { EngineError } from "@engine/core";
import { readTokenizer } from "./compact/read-tokenizer.ts";
import { compactTokenizer, createTokenizer } from "./create-tokenizer.ts";
import { type JsonObject, parseJson } from "./json.ts";
import type { Tokenizer } from "./tokenizer.ts";
import { readFrame } from "./tokenizer-json.ts";

// Formats found beside or instead of tokenizer.json in older checkpoints.
const OTHER_FORMATS = ["tokenizer.model", "spiece.model", "vocab.json", "tekken.json", "tiktoken.model"];

/**
 * The tokenizer of a checkpoint folder: tokenizer.json, with tokenizer_config.json, special_tokens_map.json and
 * chat_template.jinja (which wins over a template in a configuration) where they exist.
 * Throws EngineError "missing-file", "bad-tokenizer" or "unsupported".
 */
export async function loadTokenizer(folder: string): Promise<Tokenizer> {
  const source = join(folder, "tokenizer.json");
  const [config, map, processor, jinja] = await Promise.all([
    readJson(join(folder, "tokenizer_config.json")),
    readJson(join(folder, "special_tokens_map.json")),
    readJson(join(folder, "chat_template.json")),
    readOptional(join(folder, "chat_template.jinja")),
  ]);
  const chatTemplate = config.chat_template ?? processor.chat_template;
  const parts = {
    config: { ...map, ...config, chat_template: chatTemplate },
    ...(jinja === undefined ? {} : { template: jinja }),
    source,
  };
  try {
    const { rest, model } = await readTokenizer(source);
    return compactTokenizer(readFrame(rest, source), model, parts);
  } catch (error) {
    if (EngineError.isInstance(error)) throw error;
    // Read whole, the file shows what is wrong with it, or that it needs the library's form.
  }
  const text = await readOptional(source);
  if (text === undefined) throw await missing(folder);
  return createTokenizer({ ...parts, tokenizer: parseJson(text, source) });
}

async function missing(folder: string): Promise<EngineError> {
  const found: string[] = [];
  for (const name of OTHER_FORMATS) {
    if ((await readOptional(join(folder, name))) !== undefined) found.push(name);
  }
  const other =
    found.length === 0
      ? ""
      : ` There is ${found.join(" and ")}, a format this engine does not read: ` +
        `transformers' AutoTokenizer.from_pretrained(...).save_pretrained(...) writes tokenizer.json from it.`;
  return new EngineError(
    "missing-file",
    `No tokenizer: looked for ${join(folder, "tokenizer.json")}.${other} ` +
      "Without a tokenizer the model still runs on raw ids (--token-ids 1,2,3).",
  );
}

async function readJson(path: string): Promise<JsonObject> {
  const text = await readOptional(path);
  return text === undefined ? {} : parseJson(text, path);
}

async function readOptional(path: string): Promise<string | undefined> {
  try {
    return await readFile(path, "utf8");
  } catch (cause) {
    const { code } = cause as NodeJS.ErrnoException;
    if (code === "ENOENT" || code === "ENOTDIR") return undefined;
    throw new EngineError("missing-file", `${path} cannot be read (${code}); check its permissions.`, {
      cause,
    });
  }
}
