import type { Model } from "@engine/auto";
import { createGrammars, type Grammars } from "@engine/grammar";
import { ApiError } from "../errors/api-error.ts";

/** Grammars over a model's vocabulary. Throws 400 for a model without a tokenizer. */
export function modelGrammars({ tokenizer, vocab, generationConfig, channels }: Model): Promise<Grammars> {
  if (!tokenizer) {
    throw new ApiError(400, "The model has no tokenizer, so its answers cannot be held to a form.", {
      param: "response_format",
      code: "unsupported",
    });
  }
  const turns = (channels?.stops ?? []).map((stop) => tokenizer.tokenId(stop));
  const ends = [...generationConfig.eosTokenIds, tokenizer.eosId, ...turns].filter((id) => id !== undefined);
  return createGrammars({ tokenizer, vocab, stopTokens: [...new Set(ends)] });
}
