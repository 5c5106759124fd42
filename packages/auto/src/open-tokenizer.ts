import { EngineError } from "@engine/core";
import type { Checkpoint } from "@engine/loader";
import type { TokenText } from "@engine/runtime";
import { ggufTokenizer, loadTokenizer, type Tokenizer } from "@engine/tokenizer";

/**
 * The model's tokenizer: the GGUF file's own, else the folder's. Or the error that says why there is none: a model
 * without one still takes token ids.
 */
export async function openTokenizer({
  folder,
  gguf,
  configPath,
}: Pick<Checkpoint, "folder" | "gguf" | "configPath">): Promise<Tokenizer | EngineError> {
  try {
    const own = gguf && (await ggufTokenizer(gguf.metadata, configPath));
    return own ?? (await loadTokenizer(folder));
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
