import { EngineError } from "@engine/core";

/** Reads a key of a GGUF file's metadata; undefined where it has none. */
export type ReadMetadata = (key: string) => unknown;

/** What a token is for, by the file's number. */
export const TOKEN = { unknown: 2, control: 3, userDefined: 4, unused: 5, byte: 6 } as const;

export interface MetadataVocab {
  readonly tokens: readonly string[];
  /** One for each token; empty where the file has none. */
  readonly types: readonly number[];
  readonly scores: readonly number[];
  /** Pairs with a space between. */
  readonly merges: readonly string[];
  readonly where: string;
  /** The text of the token whose id is stored under `tokenizer.ggml.NAME_token_id`. */
  special(name: string): string | undefined;
  flag(name: string, fallback: boolean): boolean;
}

const MAX_TOKENS = 1 << 24;

/** The vocabulary of a file; undefined where it has none. Throws `bad-tokenizer` naming the key at fault. */
export function readVocab(read: ReadMetadata, where: string): MetadataVocab | undefined {
  const fail = (key: string, what: string): never => {
    throw new EngineError(
      "bad-tokenizer",
      `${where}: "tokenizer.ggml.${key}" ${what}. Convert or download the file again.`,
    );
  };
  const list = <T>(key: string, kind: string, accept: (item: unknown) => item is T): readonly T[] => {
    const value = read(`tokenizer.ggml.${key}`) ?? [];
    if (!Array.isArray(value)) return fail(key, "is not a list");
    const bad = value.findIndex((item) => !accept(item));
    return bad < 0 ? (value as readonly T[]) : fail(key, `holds something other than ${kind} (item ${bad})`);
  };
  const tokens = list("tokens", "texts", (item): item is string => typeof item === "string");
  if (tokens.length === 0) return undefined;
  if (tokens.length > MAX_TOKENS) return fail("tokens", `lists ${tokens.length} tokens`);
  const isNumber = (item: unknown): item is number => typeof item === "number";
  const each = (key: string): readonly number[] => {
    const values = list(key, "numbers", isNumber);
    if (values.length === 0 || values.length === tokens.length) return values;
    return fail(key, `lists ${values.length} items for ${tokens.length} tokens`);
  };
  return {
    tokens,
    types: each("token_type"),
    scores: each("scores"),
    merges: list("merges", "texts", (item): item is string => typeof item === "string"),
    where,
    special(name) {
      const id = read(`tokenizer.ggml.${name}_token_id`);
      return typeof id === "number" ? tokens[id] : undefined;
    },
    flag(name, fallback) {
      const value = read(`tokenizer.ggml.${name}`);
      return typeof value === "boolean" ? value : fallback;
    },
  };
}

/**
 * Tokens that are found in a text before anything else: special ones, and the user's own. Those that hold `mark`
 * are found once the text is normalized, which puts it in a space's place. Of equal texts the first one counts.
 */
export function addedTokens({ tokens, types }: MetadataVocab, mark?: string): object[] {
  const seen = new Set<string>();
  return tokens.flatMap((content, id) => {
    const special = types[id] === TOKEN.control || types[id] === TOKEN.unknown;
    if (content === "" || !(special || types[id] === TOKEN.userDefined)) return [];
    if (seen.has(content)) return [];
    seen.add(content);
    return [{ id, content, special, normalized: mark !== undefined && content.includes(mark) }];
  });
}

/** A post-processor that puts tokens around a text; null without any. */
export function around(before: readonly string[], after: readonly string[]): object | null {
  if (before.length + after.length === 0) return null;
  const special = (id: string) => ({ SpecialToken: { id, type_id: 0 } });
  const single = [...before.map(special), { Sequence: { id: "A", type_id: 0 } }, ...after.map(special)];
  return { type: "TemplateProcessing", single, pair: single };
}
