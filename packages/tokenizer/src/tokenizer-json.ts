import { EngineError } from "@engine/core";
import { isObject, type JsonObject } from "./json.ts";

/** A token outside the model's own vocabulary rules: matched in the text before anything else runs. */
export interface AddedToken {
  readonly id: number;
  readonly content: string;
  readonly special: boolean;
  readonly normalized?: boolean;
  readonly lstrip?: boolean;
  readonly rstrip?: boolean;
}

/** The members of tokenizer.json around its model; parts are checked where they are compiled. */
export interface TokenizerFrame {
  readonly added_tokens: readonly AddedToken[];
  readonly normalizer: JsonObject | null;
  readonly pre_tokenizer: JsonObject | null;
  readonly post_processor: JsonObject | null;
  readonly decoder: JsonObject | null;
}

/** The members of tokenizer.json this package reads. */
export interface TokenizerJson extends TokenizerFrame {
  readonly model: JsonObject;
}

/**
 * Checks the structure of a parsed tokenizer.json (untrusted); `where` is the path that errors name.
 * Throws EngineError "bad-tokenizer" for what is malformed, "unsupported" for what is known but not read.
 */
export function readTokenizerJson(value: unknown, where: string): TokenizerJson {
  const fail = failure(where);
  if (!isObject(value)) return fail("the top level is not an object");
  if (!isObject(value.model)) return fail(`"model" is missing or not an object`);
  return { ...readFrame(value, where), model: readModel(value.model, where, fail) };
}

/** The same for everything but the model. */
export function readFrame(value: JsonObject, where: string): TokenizerFrame {
  const fail = failure(where);
  const part = (name: string): JsonObject | null => {
    const found = value[name] ?? null;
    if (found === null) return null;
    if (!isObject(found)) return fail(`"${name}" is neither an object nor null`);
    if (typeof found.type !== "string") return fail(`"${name}" has no "type"`);
    return found;
  };
  return {
    added_tokens: readAddedTokens(value.added_tokens ?? [], fail),
    normalizer: part("normalizer"),
    pre_tokenizer: part("pre_tokenizer"),
    post_processor: part("post_processor"),
    decoder: part("decoder"),
  };
}

function failure(where: string): (what: string) => never {
  return (what) => {
    throw new EngineError(
      "bad-tokenizer",
      `${where}: ${what}. This is not a tokenizer.json as Hugging Face tokenizers writes it; download it again.`,
    );
  };
}

function readAddedTokens(list: unknown, fail: (what: string) => never): readonly AddedToken[] {
  if (!Array.isArray(list)) return fail(`"added_tokens" is not a list`);
  return list.map((token: unknown, i) => {
    if (!isObject(token)) return fail(`added_tokens[${i}] is not an object`);
    if (typeof token.content !== "string" || token.content === "") {
      return fail(`added_tokens[${i}] has no "content"`);
    }
    if (!isId(token.id)) return fail(`added_tokens[${i}] ("${token.content}") has no valid "id"`);
    return { ...token, id: token.id, content: token.content, special: token.special === true };
  });
}

function readModel(model: JsonObject, where: string, fail: (what: string) => never): JsonObject {
  // Files written before the member existed carry no type; merges tell BPE from the rest.
  const type = model.type ?? (Array.isArray(model.merges) ? "BPE" : undefined);
  if (type === "Unigram") {
    const { vocab } = model;
    const sound = (entry: unknown) =>
      Array.isArray(entry) && typeof entry[0] === "string" && typeof entry[1] === "number";
    if (!Array.isArray(vocab) || vocab.length === 0) return fail(`"model.vocab" is not a list of pieces`);
    const bad = vocab.findIndex((entry) => !sound(entry));
    if (bad >= 0) return fail(`model.vocab[${bad}] is not a [piece, score] pair`);
    return { ...model, type };
  }
  if (type !== "BPE" && type !== "WordPiece") {
    throw new EngineError(
      "unsupported",
      `${where}: the tokenizer model type ${JSON.stringify(type)} is not read; BPE, Unigram and WordPiece are.`,
    );
  }
  if (!isObject(model.vocab)) return fail(`"model.vocab" is missing or not an object`);
  for (const token in model.vocab) {
    if (!isId(model.vocab[token])) return fail(`model.vocab[${JSON.stringify(token)}] is not a token id`);
  }
  if (type === "BPE") {
    checkMerges(model.merges, fail);
    if (model.continuing_subword_prefix) {
      throw new EngineError(
        "unsupported",
        `${where}: BPE with continuing_subword_prefix ${JSON.stringify(model.continuing_subword_prefix)} is not read.`,
      );
    }
  }
  return { ...model, type };
}

function checkMerges(merges: unknown, fail: (what: string) => never): void {
  if (!Array.isArray(merges)) fail(`"model.merges" is missing or not a list`);
  const list = merges as readonly unknown[];
  const isText = (merge: unknown) => typeof merge === "string" && merge.indexOf(" ") > 0;
  const isPair = (merge: unknown) =>
    Array.isArray(merge) &&
    merge.length === 2 &&
    merge.every((side) => typeof side === "string" && side !== "");
  const sound = Array.isArray(list[0]) ? isPair : isText;
  const bad = list.findIndex((merge) => !sound(merge));
  if (bad >= 0) fail(`model.merges[${bad}] is not a pair of tokens`);
}

// The library indexes an array by id: far above any real vocabulary, an id would only cost memory.
const MAX_ID = 1 << 24;

function isId(value: unknown): value is number {
  return Number.isInteger(value) && (value as number) >= 0 && (value as number) < MAX_ID;
}
