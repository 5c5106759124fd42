import { type ChatTemplateSource, createChatTemplate, readChatTemplates } from "./chat-template.ts";
import type { CompactModel } from "./compact/compact-model.ts";
import { compactTextModel } from "./compact/compact-text-model.ts";
import { NotCovered } from "./compact/not-covered.ts";
import { parsedModel } from "./compact/parsed-model.ts";
import { compileDecoder, type TokenDecoder } from "./decoder.ts";
import { createDetokenizer } from "./detokenizer.ts";
import { isObject, type JsonObject } from "./json.ts";
import { libraryModel } from "./library-model.ts";
import { declaredTokens, effectivePostProcessor, leadingToken, namedTokens } from "./special-tokens.ts";
import type { TextModel } from "./text-model.ts";
import type { DecodeOptions, Tokenizer } from "./tokenizer.ts";
import { readTokenizerJson, type TokenizerFrame, type TokenizerJson } from "./tokenizer-json.ts";

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

/**
 * A tokenizer from parsed files (which GGUF metadata can be brought into).
 * Throws EngineError "bad-tokenizer" for a malformed part, "unsupported" for one this package does not read.
 */
export function createTokenizer(parts: TokenizerParts): Tokenizer {
  const json = readTokenizerJson(parts.tokenizer, parts.source ?? "tokenizer.json");
  try {
    return compactTokenizer(json, parsedModel(json.model), parts);
  } catch (error) {
    if (!(error instanceof NotCovered)) throw error;
    return libraryTokenizer(json, parts, error.message);
  }
}

/** The same with a model that is in the compact form. Throws NotCovered as well. */
export function compactTokenizer(
  frame: TokenizerFrame,
  model: CompactModel,
  parts: Omit<TokenizerParts, "tokenizer">,
): Tokenizer {
  const idOf = (text: string) => {
    const id = model.scores ? -1 : model.vocab.findText(text);
    return id < 0 ? undefined : id;
  };
  return assemble(frame, parts, {
    idOf,
    build: (complete, where) => compactTextModel(complete, model, where),
    fallback: undefined,
  });
}

/** The same with the library's own tables; `reason` says why. */
export function libraryTokenizer(
  json: TokenizerJson,
  parts: Omit<TokenizerParts, "tokenizer">,
  reason: string,
): Tokenizer {
  const vocab: JsonObject = isObject(json.model.vocab) ? json.model.vocab : {};
  return assemble(json, parts, {
    idOf: (text) => (Object.hasOwn(vocab, text) ? (vocab[text] as number) : undefined),
    build: (complete, where) => libraryModel({ ...complete, model: json.model }, where),
    fallback: reason,
  });
}

interface ModelParts {
  /** Looks a text up in the model's own vocabulary. */
  readonly idOf: (text: string) => number | undefined;
  readonly build: (frame: TokenizerFrame, where: string) => TextModel;
  readonly fallback: string | undefined;
}

function assemble(
  json: TokenizerFrame,
  parts: Omit<TokenizerParts, "tokenizer">,
  { idOf: idInModel, build, fallback }: ModelParts,
): Tokenizer {
  const where = parts.source ?? "tokenizer.json";
  const config = isObject(parts.config) ? parts.config : {};
  const added = declaredTokens(json, config, idInModel);
  const postProcessor = effectivePostProcessor(json, config);
  const model = build({ ...json, added_tokens: added, post_processor: postProcessor }, where);

  const named = namedTokens(config);
  const bos = named.bos_token ?? leadingToken(postProcessor);
  const templates = readChatTemplates(parts.template ?? config.chat_template, where);
  const specialIds = new Set(added.filter((token) => token.special).map((token) => token.id));
  const { tokenText } = model;
  const idOf = (text: string | undefined) => (text === undefined ? undefined : model.tokenId(text));
  let decoder: TokenDecoder | undefined;
  const detokenizer = (options: DecodeOptions = {}) => {
    decoder ??= compileDecoder(json.decoder);
    const skip = options.skipSpecialTokens === true;
    return createDetokenizer({ decoder, tokenText, isSkipped: (id) => skip && specialIds.has(id) });
  };
  return {
    encode: (text, options = {}) =>
      model.encode(text, { add_special_tokens: options.addSpecialTokens !== false }),
    decode(ids, options) {
      const stream = detokenizer(options);
      let text = "";
      for (const id of ids) text += stream.push(id);
      return text + stream.flush();
    },
    detokenizer,
    tokenId: idOf,
    tokenText,
    startingWith: model.startingWith,
    vocabSize: model.size,
    fallback,
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
