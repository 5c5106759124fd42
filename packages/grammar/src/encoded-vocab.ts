import type { Tokenizer } from "@engine/tokenizer";

export interface EncodedVocab {
  /** Every token as it stands in the vocabulary; "" for one that is no text. */
  readonly tokens: readonly string[];
  /** How they stand for bytes, in xgrammar's words. */
  readonly type: "byte_level" | "byte_fallback" | "raw";
}

/** The tokenizer's tokens for xgrammar. Special tokens are no text: a grammar never lets them come. */
export function encodedVocab(
  tokenizer: Pick<Tokenizer, "tokenText" | "tokenId" | "vocabSize" | "specialIds">,
): EncodedVocab {
  const tokens = Array.from({ length: tokenizer.vocabSize }, (_, id) =>
    tokenizer.specialIds.has(id) ? "" : (tokenizer.tokenText(id) ?? ""),
  );
  // GPT-2's letters for the space and the line break; SentencePiece's tokens for single bytes.
  if (tokenizer.tokenId("Ġ") !== undefined || tokenizer.tokenId("Ċ") !== undefined)
    return { tokens, type: "byte_level" };
  return { tokens, type: tokenizer.tokenId("<0x0A>") === undefined ? "raw" : "byte_fallback" };
}
