import type { ChannelDescription, Tokenizer } from "@engine/tokenizer";

/** Tokens that end an answer: the checkpoint's, the tokenizer's, and the ends of turns that its templates write. */
export function stopTokensOf(
  tokenizer: Pick<Tokenizer, "eosId" | "tokenId">,
  {
    vocab,
    eosTokenIds,
    channels,
  }: {
    readonly vocab: number;
    readonly eosTokenIds: readonly number[];
    readonly channels: ChannelDescription | undefined;
  },
): readonly number[] {
  const turns = (channels?.stops ?? []).map((stop) => tokenizer.tokenId(stop));
  const ends = [...eosTokenIds, tokenizer.eosId, ...turns].filter((id) => id !== undefined && id < vocab);
  return [...new Set(ends as number[])];
}
