import type { JsonObject } from "../json.ts";
import { type MergeTable, type MergeTableBuilder, mergeTableBuilder } from "./merge-table.ts";
import { NotCovered } from "./not-covered.ts";
import type { Vocab } from "./vocab.ts";
import { type VocabBuilder, vocabBuilder } from "./vocab-builder.ts";

/** A tokenizer's model in typed arrays. `options` are the members of tokenizer.json's `model` besides the large ones. */
export interface CompactModel {
  readonly options: JsonObject;
  readonly vocab: Vocab;
  /** Of BPE. */
  readonly merges?: MergeTable;
  /** Of Unigram, by id. */
  readonly scores?: Float64Array;
}

/**
 * A BPE model from its parts: `fill` adds the tokens, `merge` the merges in rank. Throws NotCovered where the
 * compact form cannot hold it.
 */
export function compactBpe(
  options: JsonObject,
  fill: (vocab: VocabBuilder) => void,
  merge: (merges: MergeTableBuilder, vocab: Vocab) => void,
): CompactModel {
  refuseRules(options);
  const builder = vocabBuilder();
  fill(builder);
  const vocab = builder.finish();
  const merges = mergeTableBuilder(vocab);
  merge(merges, vocab);
  return { options, vocab, merges: merges.finish() };
}

/** Throws NotCovered for rules of BPE that no generating model uses. */
export function refuseRules(options: JsonObject): void {
  for (const rule of ["end_of_word_suffix", "continuing_subword_prefix", "continuing_subword_suffix"]) {
    if (options[rule]) throw new NotCovered(`BPE with ${rule}`);
  }
}

/** Adds a merge whose sides are at hand as text. */
export function textMerges(merges: MergeTableBuilder): (left: string, right: string) => void {
  const encoder = new TextEncoder();
  let bytes = new Uint8Array(1 << 10);
  return (left, right) => {
    const most = (left.length + right.length) * 3;
    if (bytes.length < most) bytes = new Uint8Array(most);
    const cut = encoder.encodeInto(left, bytes).written;
    const end = cut + encoder.encodeInto(right, bytes.subarray(cut)).written;
    merges.add(bytes, 0, cut, bytes, cut, end);
  };
}

/** The two sides of a merge written as text. Throws NotCovered where more than one cut is possible. */
export function mergeSides(merge: string): readonly [left: string, right: string] {
  const at = merge.indexOf(" ");
  if (at <= 0 || merge.indexOf(" ", at + 1) >= 0) throw new NotCovered("a merge is no pair of tokens");
  return [merge.slice(0, at), merge.slice(at + 1)];
}
