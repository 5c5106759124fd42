import { setImmediate } from "node:timers/promises";
import type { Tokenizer } from "@engine/tokenizer";
import { type CallMarks, MARK } from "./call-marks.ts";

/** How tokens stand for bytes, in xgrammar's words. */
export type VocabType = "byte_level" | "byte_fallback" | "raw";

type Vocab = Pick<Tokenizer, "tokenText" | "tokenId" | "vocabSize" | "specialIds">;

/** Tokens read at once, then others get their turn. */
const SLICE = 4096;

export function vocabType(tokenizer: Vocab): VocabType {
  // GPT-2's letters for the space and the line break; SentencePiece's tokens for single bytes.
  if (tokenizer.tokenId("Ġ") !== undefined || tokenizer.tokenId("Ċ") !== undefined) return "byte_level";
  return tokenizer.tokenId("<0x0A>") === undefined ? "raw" : "byte_fallback";
}

/**
 * The tokenizer's tokens for xgrammar, slice by slice, as they stand in the vocabulary; "" for one that is no text.
 * Special tokens are none, so a grammar never lets them come, but for the marks.
 */
export async function* encodedVocab(
  tokenizer: Vocab,
  { spelled }: Pick<CallMarks, "spelled">,
): AsyncGenerator<readonly string[], void, undefined> {
  const type = vocabType(tokenizer);
  // GPT-2 writes the byte 2 as the letter 256 + 2.
  const byte = type === "byte_level" ? String.fromCharCode(256 + MARK.charCodeAt(0)) : MARK;
  const token = (id: number): string => {
    const mark = spelled.get(id);
    if (mark !== undefined) return mark.replace(MARK, byte);
    const text = tokenizer.specialIds.has(id) ? "" : (tokenizer.tokenText(id) ?? "");
    return text.includes(byte) || text === "<0x02>" ? "" : text;
  };
  for (let begin = 0; begin < tokenizer.vocabSize; begin += SLICE) {
    const length = Math.min(SLICE, tokenizer.vocabSize - begin);
    yield Array.from({ length }, (_, i) => token(begin + i));
    await setImmediate();
  }
}
