import { EngineError } from "@engine/core";
import type { TokenText } from "@engine/runtime";
import { loadTokenizer, type Tokenizer } from "@engine/tokenizer";

/** The folder's tokenizer, or the error that says why there is none: a model without one still takes token ids. */
export async function openTokenizer(folder: string): Promise<Tokenizer | EngineError> {
  try {
    return await loadTokenizer(folder);
  } catch (error) {
    if (EngineError.isInstance(error)) return error;
    throw error;
  }
}

/** The tokenizer as generation uses it: special tokens are read in prompts, but not shown in answers. */
export function tokenText(tokenizer: Tokenizer): TokenText {
  return {
    encode: (text, options) => tokenizer.encode(text, options),
    detokenizer: () => tokenizer.detokenizer({ skipSpecialTokens: true }),
  };
}
