import { EngineError } from "@engine/core";
import type { PackedTexts } from "../compact/vocab.ts";
import { packTexts, type StoredTexts } from "./stored-texts.ts";

/** A GGUF file's metadata by key: a vocabulary's lists as bytes and numbers, for strings of them would take a second. */
export interface TokenizerMetadata {
  /** Any value; undefined where there is none. */
  get(key: string): unknown;
  /** A list of texts; undefined where there is none. */
  texts(key: string): StoredTexts | undefined;
  /** A list of numbers; undefined where there is none. */
  numbers(key: string): Float64Array | undefined;
}

/** What a token is for, by the file's number. */
export const TOKEN = { unknown: 2, control: 3, userDefined: 4, unused: 5, byte: 6 } as const;

export interface MetadataVocab {
  readonly tokens: PackedTexts;
  readonly size: number;
  /** One for each token; empty where the file has none. */
  readonly types: Float64Array;
  readonly scores: Float64Array;
  /** Pairs with a space between. */
  readonly merges: StoredTexts;
  readonly where: string;
  text(id: number): string;
  has(text: string): boolean;
  /** The text of the token whose id is stored under `tokenizer.ggml.NAME_token_id`. */
  special(name: string): string | undefined;
  flag(name: string, fallback: boolean): boolean;
}

const MAX_TOKENS = 1 << 24;
const EMPTY: StoredTexts = { count: 0, bytes: new Uint8Array(0) };

/** The vocabulary of a file; undefined where it has none. Throws `bad-tokenizer` naming the key at fault. */
export async function readVocab(
  metadata: TokenizerMetadata,
  where: string,
): Promise<MetadataVocab | undefined> {
  const read = (key: string): unknown => metadata.get(`tokenizer.ggml.${key}`);
  const fail = (key: string, what: string): never => {
    throw new EngineError(
      "bad-tokenizer",
      `${where}: "tokenizer.ggml.${key}" ${what}. Convert or download the file again.`,
    );
  };
  const texts = (key: string): StoredTexts =>
    metadata.texts(`tokenizer.ggml.${key}`) ??
    (read(key) === undefined ? EMPTY : fail(key, "is not a list of texts"));
  const stored = texts("tokens");
  if (stored.count === 0) return undefined;
  if (stored.count > MAX_TOKENS) return fail("tokens", `lists ${stored.count} tokens`);
  const tokens = (await packTexts(stored)) ?? fail("tokens", "ends inside a text");
  const each = (key: string): Float64Array => {
    const values =
      metadata.numbers(`tokenizer.ggml.${key}`) ??
      (read(key) === undefined ? new Float64Array(0) : fail(key, "is not a list of numbers"));
    if (values.length === 0 || values.length === stored.count) return values;
    return fail(key, `lists ${values.length} items for ${stored.count} tokens`);
  };
  const decoder = new TextDecoder("utf-8", { ignoreBOM: true });
  const text = (id: number) => decoder.decode(tokens.bytes.subarray(tokens.begins[id]!, tokens.ends[id]!));
  return {
    tokens,
    size: stored.count,
    types: each("token_type"),
    scores: each("scores"),
    merges: texts("merges"),
    where,
    text,
    has(wanted) {
      const bytes = new TextEncoder().encode(wanted).length;
      for (let id = 0; id < stored.count; id++)
        if (tokens.ends[id]! - tokens.begins[id]! === bytes && text(id) === wanted) return true;
      return false;
    },
    special(name) {
      const id = read(`${name}_token_id`);
      const isToken = Number.isInteger(id) && (id as number) >= 0 && (id as number) < stored.count;
      return isToken ? text(id as number) : undefined;
    },
    flag(name, fallback) {
      const value = read(name);
      return typeof value === "boolean" ? value : fallback;
    },
  };
}

/**
 * Tokens that are found in a text before anything else: special ones, and the user's own. Those that hold `mark`
 * are found once the text is normalized, which puts it in a space's place. Of equal texts the first one counts.
 */
export function addedTokens({ types, text }: MetadataVocab, mark?: string): object[] {
  const seen = new Set<string>();
  const added: object[] = [];
  for (let id = 0; id < types.length; id++) {
    const special = types[id] === TOKEN.control || types[id] === TOKEN.unknown;
    if (!(special || types[id] === TOKEN.userDefined)) continue;
    const content = text(id);
    if (content === "" || seen.has(content)) continue;
    seen.add(content);
    added.push({ id, content, special, normalized: mark !== undefined && content.includes(mark) });
  }
  return added;
}

/** A post-processor that puts tokens around a text; null without any. */
export function around(before: readonly string[], after: readonly string[]): object | null {
  if (before.length + after.length === 0) return null;
  const special = (id: string) => ({ SpecialToken: { id, type_id: 0 } });
  const single = [...before.map(special), { Sequence: { id: "A", type_id: 0 } }, ...after.map(special)];
  return { type: "TemplateProcessing", single, pair: single };
}
