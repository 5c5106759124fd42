import type { JsonObject } from "../json.ts";
import { type CompactModel, compactBpe, mergeSides, textMerges } from "./compact-model.ts";
import { NotCovered } from "./not-covered.ts";
import { vocabBuilder } from "./vocab-builder.ts";

/** The compact form of a parsed and checked `model` of tokenizer.json. Throws NotCovered. */
export function parsedModel({ vocab, merges, ...options }: JsonObject): CompactModel {
  if (options.type === "BPE") {
    const ids = vocab as Readonly<Record<string, number>>;
    return compactBpe(
      options,
      (builder) => {
        for (const token in ids) builder.addText(token, ids[token]!);
      },
      (table) => {
        const add = textMerges(table);
        for (const merge of merges as readonly (string | readonly [string, string])[]) {
          const [left, right] = typeof merge === "string" ? mergeSides(merge) : merge;
          add(left, right);
        }
      },
    );
  }
  if (options.type !== "Unigram") throw new NotCovered(`the model type ${String(options.type)}`);
  const builder = vocabBuilder();
  const pieces = vocab as readonly (readonly [string, number])[];
  pieces.forEach(([piece], id) => {
    builder.addText(piece, id);
  });
  return { options, vocab: builder.finish(), scores: Float64Array.from(pieces, ([, score]) => score) };
}
