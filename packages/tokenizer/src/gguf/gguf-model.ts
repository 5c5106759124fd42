import { type CompactModel, compactBpe, textMerges } from "../compact/compact-model.ts";
import { NotCovered } from "../compact/not-covered.ts";
import type { JsonObject } from "../json.ts";
import { type MetadataVocab, TOKEN } from "./metadata-vocab.ts";
import { scoreMerges } from "./score-merges.ts";

/** A tokenizer as GGUF's metadata describe it, in the terms of tokenizer.json. */
export interface GgufDescription {
  /** The members of tokenizer.json besides its model. */
  readonly frame: JsonObject;
  /** The members of its model besides vocabulary and merges. */
  readonly options: JsonObject;
  /** Without a list of merges pieces are joined by their scores. */
  readonly byScore: boolean;
}

/** The model with its vocabulary and merges in the compact form. Throws NotCovered. */
export function compactGgufModel(vocab: MetadataVocab, { options, byScore }: GgufDescription): CompactModel {
  const { tokens, types, scores, merges } = vocab;
  const isPiece = (id: number): boolean => {
    const type = types[id];
    return type !== TOKEN.control && type !== TOKEN.unknown && type !== TOKEN.byte && type !== TOKEN.unused;
  };
  return compactBpe(
    options,
    (builder) => {
      // Of two equal tokens the first keeps the text.
      const seen = new Set<string>();
      tokens.forEach((token, id) => {
        if (seen.has(token)) return;
        seen.add(token);
        builder.addText(token, id);
      });
    },
    (table, built) => {
      if (byScore && merges.length === 0) scoreMerges(built, table, { scores, isPiece });
      else {
        const add = textMerges(table);
        for (const merge of merges) add(...sides(merge));
      }
    },
  );
}

/** The model as tokenizer.json has it, for the library. */
export function parsedGgufModel(vocab: MetadataVocab, description: GgufDescription): JsonObject {
  const ids: Record<string, number> = Object.create(null);
  vocab.tokens.forEach((token, id) => {
    ids[token] ??= id;
  });
  const byScore = description.byScore && vocab.merges.length === 0;
  const merges = byScore ? scoredSides(compactGgufModel(vocab, description)) : vocab.merges.map(sides);
  return { ...description.options, vocab: ids, merges };
}

function scoredSides({ vocab, merges }: CompactModel): [left: string, right: string][] {
  return Array.from({ length: merges?.count ?? 0 }, (_, rank) => [
    vocab.text(merges!.left[rank]!)!,
    vocab.text(merges!.right[rank]!)!,
  ]);
}

/** Pieces hold no space, but a merge of newlines may begin with one side that is a space's mark. */
function sides(merge: string): [left: string, right: string] {
  const at = merge.indexOf(" ", 1);
  if (at < 0) throw new NotCovered("a merge is no pair of tokens");
  return [merge.slice(0, at), merge.slice(at + 1)];
}
