import { EngineError } from "@engine/core";
import { Tokenizer as LibraryTokenizer } from "@huggingface/tokenizers";
import { type ChatTemplateSource, createChatTemplate, readChatTemplates } from "./chat-template.ts";
import { compileDecoder, type TokenDecoder } from "./decoder.ts";
import { createDetokenizer } from "./detokenizer.ts";
import { isObject } from "./json.ts";
import { installMerges, type MergingModel } from "./merge-ranks.ts";
import { faithfulPreTokenizer } from "./pre-tokenizer.ts";
import { safeCut } from "./safe-borders.ts";
import { declaredTokens, effectivePostProcessor, leadingToken, namedTokens } from "./special-tokens.ts";
import type { DecodeOptions, Tokenizer } from "./tokenizer.ts";
import { readTokenizerJson, type TokenizerJson } from "./tokenizer-json.ts";

export interface TokenizerParts {
  /** tokenizer.json, parsed. */
  readonly tokenizer: unknown;
  /** tokenizer_config.json, parsed; members of special_tokens_map.json may be merged in. */
  readonly config?: unknown;
  /** The chat template, or several by name; wins over `chat_template` of the configuration. */
  readonly template?: ChatTemplateSource;
  /** Where this came from, for errors. Default "tokenizer.json". */
  readonly source?: string;
}

/** The part of the library's tokenizer that is used; its own declarations do not resolve under NodeNext. */
interface LibraryEncoder {
  encode(text: string, options: { add_special_tokens: boolean }): { readonly ids: number[] };
  token_to_id(text: string): number | undefined;
  id_to_token(id: number): string | undefined;
  pre_tokenizer: ((text: string, options: unknown) => string[]) | null;
  readonly model: MergingModel & { readonly vocab: readonly (string | undefined)[] };
}

// Shorter pieces come from the library's cache of words; cutting them would only cost.
const CUT_ABOVE = 64;

/**
 * A tokenizer from parsed files (which GGUF metadata can be brought into).
 * Throws EngineError "bad-tokenizer" for a malformed part, "unsupported" for one this package does not read.
 */
export function createTokenizer(parts: TokenizerParts): Tokenizer {
  const where = parts.source ?? "tokenizer.json";
  const config = isObject(parts.config) ? parts.config : {};
  const json = readTokenizerJson(parts.tokenizer, where);
  const added = declaredTokens(json, config);
  const postProcessor = effectivePostProcessor(json, config);
  const library = buildLibrary({ ...json, added_tokens: added, post_processor: postProcessor }, where);

  const named = namedTokens(config);
  const bos = named.bos_token ?? leadingToken(postProcessor);
  const templates = readChatTemplates(parts.template ?? config.chat_template, where);
  const specialIds = new Set(added.filter((token) => token.special).map((token) => token.id));
  const tokenText = (id: number) => library.id_to_token(id);
  const idOf = (text: string | undefined) => (text === undefined ? undefined : library.token_to_id(text));
  let decoder: TokenDecoder | undefined;
  const detokenizer = (options: DecodeOptions = {}) => {
    decoder ??= compileDecoder(json.decoder);
    const skip = options.skipSpecialTokens === true;
    return createDetokenizer({ decoder, tokenText, isSkipped: (id) => skip && specialIds.has(id) });
  };
  return {
    encode: (text, options = {}) =>
      library.encode(text, { add_special_tokens: options.addSpecialTokens !== false }).ids,
    decode(ids, options) {
      const stream = detokenizer(options);
      let text = "";
      for (const id of ids) text += stream.push(id);
      return text + stream.flush();
    },
    detokenizer,
    tokenId: idOf,
    tokenText,
    vocabSize: library.model.vocab.length,
    specialIds,
    bosId: idOf(bos),
    eosId: idOf(named.eos_token),
    hasChatTemplate: templates !== undefined,
    chatTemplate: createChatTemplate({
      templates,
      tokens: bos === undefined ? named : { bos_token: bos, ...named },
    }),
  };
}

function buildLibrary(json: TokenizerJson, where: string): LibraryEncoder {
  const cut = safeCut(json.model);
  let library: LibraryEncoder;
  try {
    const pre_tokenizer = faithfulPreTokenizer(json.pre_tokenizer);
    const model = json.model.type === "BPE" ? { ...json.model, merges: [] } : json.model;
    library = new LibraryTokenizer(
      { ...json, pre_tokenizer, model, decoder: null },
      {},
    ) as unknown as LibraryEncoder;
  } catch (cause) {
    if (EngineError.isInstance(cause)) throw cause;
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new EngineError("unsupported", `${where}: this tokenizer cannot be built (${reason}).`, { cause });
  }
  if (json.model.type === "BPE") installMerges(library.model, json.model);
  if (cut !== undefined) {
    const words = library.pre_tokenizer;
    library.pre_tokenizer = (text, options) => {
      const pieces = words === null ? [text] : words(text, options);
      if (pieces.every((piece) => piece.length <= CUT_ABOVE)) return pieces;
      return pieces.flatMap((piece) => (piece.length > CUT_ABOVE ? cut(piece) : [piece]));
    };
  }
  return library;
}
