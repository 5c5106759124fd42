import type { GenerationConfig } from "@engine/loader";
import type { Tokenizer } from "@engine/tokenizer";

/** Keys of config.json that name a token standing for an image, a sound or a video, or for its borders. */
const PLACEHOLDER =
  /^(?:image|audio|video|vision|boi|eoi|boa|eoa|bov|eov)(?:_(?:start|end|begin|soft|pad))?_token_(?:id|index)$/;
const UNUSED = /^<unused\d+>$/;

/**
 * Tokens that an answer never holds: those `suppress_tokens` of generation_config.json lists, those config.json names
 * as places of media, and those whose text is `<unusedN>`. The last two are known by their text, so without a
 * tokenizer only the list counts, as in transformers. What ends an answer is never among them.
 */
export function suppressedTokens(
  config: unknown,
  generation: Pick<GenerationConfig, "suppressTokens" | "eosTokenIds">,
  tokenizer: Pick<Tokenizer, "tokenText" | "startingWith" | "eosId"> | undefined,
): readonly number[] {
  const ids = new Set(generation.suppressTokens);
  if (tokenizer) {
    for (const id of placeholders(config)) if (tokenizer.tokenText(id) !== undefined) ids.add(id);
    for (const id of tokenizer.startingWith("<unused"))
      if (UNUSED.test(tokenizer.tokenText(id) ?? "")) ids.add(id);
    for (const end of [...generation.eosTokenIds, tokenizer.eosId]) if (end !== undefined) ids.delete(end);
  }
  return [...ids].sort((a, b) => a - b);
}

function placeholders(config: unknown): readonly number[] {
  return Object.entries(config ?? {}).flatMap(([key, value]) =>
    PLACEHOLDER.test(key) && typeof value === "number" ? [value] : [],
  );
}
