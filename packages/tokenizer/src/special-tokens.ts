import { isObject, type JsonObject } from "./json.ts";
import type { AddedToken, TokenizerFrame } from "./tokenizer-json.ts";

const NAMES = ["bos_token", "eos_token", "unk_token", "pad_token", "sep_token", "cls_token", "mask_token"];

/** The strings of bos_token, eos_token, … as the configuration names them, in either of its two forms. */
export function namedTokens(config: JsonObject): Readonly<Record<string, string>> {
  const named: Record<string, string> = {};
  for (const name of NAMES) {
    const text = contentOf(config[name]);
    if (text !== undefined) named[name] = text;
  }
  return named;
}

/**
 * The added tokens of tokenizer.json with what tokenizer_config.json says of them: entries of
 * `added_tokens_decoder` are added or override flags, and the named and additional special tokens are special.
 * `idOf` looks a text up in the model's own vocabulary.
 */
export function declaredTokens(
  json: TokenizerFrame,
  config: JsonObject,
  idOf: (text: string) => number | undefined,
): readonly AddedToken[] {
  const tokens = new Map(json.added_tokens.map((token) => [token.content, token]));
  const declared = isObject(config.added_tokens_decoder) ? config.added_tokens_decoder : {};
  for (const [key, flags] of Object.entries(declared)) {
    const content = contentOf(flags);
    if (content === undefined || !isObject(flags) || !/^\d{1,7}$/.test(key)) continue;
    const id = tokens.get(content)?.id ?? idOf(content) ?? Number(key);
    tokens.set(content, { ...tokens.get(content), ...flags, id, content, special: flags.special === true });
  }
  for (const content of specialTexts(config)) {
    const known = tokens.get(content);
    const id = known?.id ?? idOf(content);
    // `normalized` follows `special` when it is not given, so it is fixed before the flag changes.
    if (known)
      tokens.set(content, { ...known, normalized: known.normalized ?? !known.special, special: true });
    else if (id !== undefined) tokens.set(content, { id, content, normalized: false, special: true });
  }
  return [...tokens.values()];
}

function specialTexts(config: JsonObject): readonly string[] {
  const additional = config.additional_special_tokens ?? config.extra_special_tokens;
  const values = isObject(additional)
    ? Object.values(additional)
    : Array.isArray(additional)
      ? additional
      : [];
  const more = values.map(contentOf).filter((text) => text !== undefined);
  // unk is left as it is: a model may really write it, and nothing asks for its removal.
  const { unk_token: _, ...named } = namedTokens(config);
  return [...Object.values(named), ...more];
}

/** The token that `post_processor` puts in front of a single text, if that is all it adds there. */
export function leadingToken(postProcessor: JsonObject | null): string | undefined {
  if (postProcessor === null) return undefined;
  if (postProcessor.type === "Sequence") {
    const parts = Array.isArray(postProcessor.processors) ? postProcessor.processors.filter(isObject) : [];
    return parts.map(leadingToken).find((token) => token !== undefined);
  }
  const single = postProcessor.single;
  if (postProcessor.type !== "TemplateProcessing" || !Array.isArray(single) || single.length !== 2)
    return undefined;
  const [special] = single;
  if (!isObject(special) || !isObject(special.SpecialToken)) return undefined;
  return typeof special.SpecialToken.id === "string" ? special.SpecialToken.id : undefined;
}

/**
 * The post-processor that `add_bos_token` and `add_eos_token` ask for. The Llama and Gemma classes of transformers
 * build theirs from these two (default: true and false) and ignore the file's; others use the file's, and only
 * a file without any gets one from an explicit `add_bos_token: true`.
 */
export function effectivePostProcessor(json: TokenizerFrame, config: JsonObject): JsonObject | null {
  const named = namedTokens(config);
  const className = String(config.tokenizer_class ?? "");
  const byFlags = /^(Code)?Llama|^Gemma/.test(className);
  const plain = json.post_processor === null || json.post_processor.type === "ByteLevel";
  if (!byFlags && !(plain && config.add_bos_token === true)) return json.post_processor;
  const addBos = byFlags ? config.add_bos_token !== false : true;
  const addEos = config.add_eos_token === true;
  if ((addBos && !named.bos_token) || (addEos && !named.eos_token)) return json.post_processor;
  const special = (id: string) => ({ SpecialToken: { id, type_id: 0 } });
  const single: JsonObject[] = [{ Sequence: { id: "A", type_id: 0 } }];
  if (addBos) single.unshift(special(named.bos_token!));
  if (addEos) single.push(special(named.eos_token!));
  return { type: "TemplateProcessing", single, pair: single };
}

function contentOf(value: unknown): string | undefined {
  const text = isObject(value) ? value.content : value;
  return typeof text === "string" && text !== "" ? text : undefined;
}
