import type { MergeTableBuilder } from "../compact/merge-table.ts";
import type { Vocab } from "../compact/vocab.ts";

/**
 * Merges that build SentencePiece's BPE pieces: every way to make a piece out of two others. SentencePiece joins
 * the pair whose whole has the best score first, so merges are added in that order.
 */
export function scoreMerges(
  vocab: Vocab,
  merges: MergeTableBuilder,
  { scores, isPiece }: { readonly scores: readonly number[]; readonly isPiece: (id: number) => boolean },
): void {
  const scoreOf = (id: number) => scores[id] ?? 0;
  const pieces = Uint32Array.from({ length: vocab.size }, (_, id) => id).filter(
    (id) => isPiece(id) && vocab.ends[id]! > vocab.begins[id]!,
  );
  pieces.sort((a, b) => scoreOf(b) - scoreOf(a));
  for (let from = 0; from < pieces.length; ) {
    const score = scoreOf(pieces[from]!);
    const equal: { readonly left: number; readonly right: number; readonly whole: number }[] = [];
    for (; from < pieces.length && scoreOf(pieces[from]!) === score; from++) {
      const whole = pieces[from]!;
      for (const [left, right] of halves(vocab, whole)) {
        if (isPiece(left) && isPiece(right)) equal.push({ left, right, whole });
      }
    }
    // Of equal scores the order in the vocabulary decides, as in transformers' conversion.
    equal.sort((a, b) => a.left - b.left || a.right - b.right);
    for (const { left, right, whole } of equal) merges.addIds(left, right, whole);
  }
}

/** The two tokens on both sides of each place where a token can be cut between characters. */
function* halves(vocab: Vocab, id: number): Iterable<readonly [left: number, right: number]> {
  const [begin, end] = [vocab.begins[id]!, vocab.ends[id]!];
  for (let cut = begin + 1; cut < end; cut++) {
    if ((vocab.bytes[cut]! & 0xc0) === 0x80) continue;
    const left = vocab.find(vocab.bytes, begin, cut);
    const right = left < 0 ? -1 : vocab.find(vocab.bytes, cut, end);
    if (right >= 0) yield [left, right];
  }
}
