import { EngineError } from "@engine/core";
import { Tokenizer } from "@huggingface/tokenizers";
import { installMerges, type MergingModel } from "./merge-ranks.ts";
import { faithfulPreTokenizer } from "./pre-tokenizer.ts";
import { safeCut } from "./safe-borders.ts";
import type { LibraryTokenizer, TextModel } from "./text-model.ts";
import type { TokenizerFrame, TokenizerJson } from "./tokenizer-json.ts";

type LibraryModel = MergingModel & { readonly vocab: readonly (string | undefined)[] };

// Shorter pieces come from the library's cache of words; cutting them would only cost.
const CUT_ABOVE = 64;

/** Encoding by @huggingface/tokenizers with its own tables, which take some hundred bytes for each token. */
export function libraryModel(json: TokenizerJson, where: string): TextModel {
  const { model } = json;
  const library = buildLibrary<LibraryModel>(
    { ...json, pre_tokenizer: faithfulPreTokenizer(json.pre_tokenizer) },
    model.type === "BPE" ? { ...model, merges: [] } : model,
    where,
  );
  if (model.type === "BPE") installMerges(library.model, model);
  const cut = safeCut(model);
  if (cut !== undefined) {
    const words = library.pre_tokenizer;
    library.pre_tokenizer = (text, options) => {
      const pieces = words === null ? [text] : words(text, options);
      if (pieces.every((piece) => piece.length <= CUT_ABOVE)) return pieces;
      return pieces.flatMap((piece) => (piece.length > CUT_ABOVE ? cut(piece) : [piece]));
    };
  }
  return {
    encode: (text, options) => library.encode(text, options).ids,
    tokenId: (text) => library.token_to_id(text),
    tokenText: (id) => library.id_to_token(id),
    startingWith(text) {
      const ids = Array.from({ length: library.model.vocab.length }, (_, id) => id);
      return ids.filter((id) => library.id_to_token(id)?.startsWith(text));
    },
    size: library.model.vocab.length,
  };
}

/** The library's tokenizer over a model. Throws EngineError "unsupported" for parts it does not know. */
export function buildLibrary<Model>(
  frame: TokenizerFrame,
  model: object,
  where: string,
): LibraryTokenizer<Model> {
  try {
    return new Tokenizer({ ...frame, model, decoder: null }, {}) as unknown as LibraryTokenizer<Model>;
  } catch (cause) {
    if (EngineError.isInstance(cause)) throw cause;
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new EngineError("unsupported", `${where}: this tokenizer cannot be built (${reason}).`, { cause });
  }
}
