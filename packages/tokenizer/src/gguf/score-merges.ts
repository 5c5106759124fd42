/**
 * Merges that build SentencePiece's BPE pieces: every way to make a piece out of two others. SentencePiece joins
 * the pair whose whole has the best score first, so merges are ordered by it.
 */
export function scoreMerges(
  tokens: readonly string[],
  scores: readonly number[],
  isPiece: (id: number) => boolean,
): [string, string][] {
  const ids = new Map<string, number>();
  tokens.forEach((token, id) => {
    if (isPiece(id) && !ids.has(token)) ids.set(token, id);
  });
  const merges: {
    readonly pair: [string, string];
    readonly score: number;
    readonly sides: readonly number[];
  }[] = [];
  for (const [token, id] of ids) {
    let at = 0;
    for (const character of token) {
      at += character.length;
      if (at === token.length) break;
      const left = ids.get(token.slice(0, at));
      const right = left === undefined ? undefined : ids.get(token.slice(at));
      if (left === undefined || right === undefined) continue;
      merges.push({
        pair: [token.slice(0, at), token.slice(at)],
        score: scores[id] ?? 0,
        sides: [left, right],
      });
    }
  }
  // Of equal scores the order in the vocabulary decides, as in transformers' conversion.
  merges.sort((a, b) => b.score - a.score || a.sides[0]! - b.sides[0]! || a.sides[1]! - b.sides[1]!);
  return merges.map(({ pair }) => pair);
}
