import { isUtf8 } from "node:buffer";
import { type CompactModel, refuseRules } from "../compact/compact-model.ts";
import { type MergeTable, mergeTableBuilder } from "../compact/merge-table.ts";
import { NotCovered } from "../compact/not-covered.ts";
import { turn } from "../compact/turns.ts";
import { createVocab, type Vocab } from "../compact/vocab.ts";
import type { JsonObject } from "../json.ts";
import { type MetadataVocab, TOKEN } from "./metadata-vocab.ts";
import { scoreMerges } from "./score-merges.ts";
import { eachText } from "./stored-texts.ts";

/** A tokenizer as GGUF's metadata describe it, in the terms of tokenizer.json. */
export interface GgufDescription {
  /** The members of tokenizer.json besides its model. */
  readonly frame: JsonObject;
  /** The members of its model besides vocabulary and merges. */
  readonly options: JsonObject;
  /** Without a list of merges pieces are joined by their scores. */
  readonly byScore: boolean;
}

const SPACE = 0x20;

/** The model with its vocabulary and merges in the compact form, from the file's bytes. Throws NotCovered. */
export async function compactGgufModel(
  vocab: MetadataVocab,
  { options, byScore }: GgufDescription,
): Promise<CompactModel> {
  refuseRules(options);
  const { bytes, begins, ends } = vocab.tokens;
  if (!isUtf8(bytes)) throw new NotCovered("a token is not UTF-8");
  const built = createVocab({ bytes, begins: begins.slice(), ends: ends.slice() }, { twice: "first" });
  await turn();
  const isByScore = byScore && vocab.merges.count === 0;
  return { options, vocab: built, merges: await (isByScore ? scored : listed)(built, vocab) };
}

async function scored(built: Vocab, { types, scores }: MetadataVocab): Promise<MergeTable> {
  const isPiece = new Uint8Array(built.size).fill(1);
  for (let id = 0; id < types.length; id++) {
    const type = types[id];
    if (type === TOKEN.control || type === TOKEN.unknown || type === TOKEN.byte || type === TOKEN.unused)
      isPiece[id] = 0;
  }
  const merges = mergeTableBuilder(built);
  await scoreMerges(built, merges, { scores, isPiece });
  return merges.finish();
}

async function listed(built: Vocab, { merges }: MetadataVocab): Promise<MergeTable> {
  const table = mergeTableBuilder(built);
  await eachSides(merges, (begin, cut, end) =>
    table.add(merges.bytes, begin, cut, merges.bytes, cut + 1, end),
  );
  return table.finish();
}

/** The model as tokenizer.json has it, for the library. */
export async function parsedGgufModel(
  vocab: MetadataVocab,
  description: GgufDescription,
): Promise<JsonObject> {
  const ids: Record<string, number> = Object.create(null);
  for (let id = 0; id < vocab.size; id++) ids[vocab.text(id)] ??= id;
  const byScore = description.byScore && vocab.merges.count === 0;
  const merges = byScore ? scoredSides(await compactGgufModel(vocab, description)) : await listedSides(vocab);
  return { ...description.options, vocab: ids, merges };
}

function scoredSides({ vocab, merges }: CompactModel): [left: string, right: string][] {
  return Array.from({ length: merges?.count ?? 0 }, (_, rank) => [
    vocab.text(merges!.left[rank]!)!,
    vocab.text(merges!.right[rank]!)!,
  ]);
}

async function listedSides({ merges }: MetadataVocab): Promise<[left: string, right: string][]> {
  const decoder = new TextDecoder("utf-8", { ignoreBOM: true });
  const text = (begin: number, end: number) => decoder.decode(merges.bytes.subarray(begin, end));
  const sides: [left: string, right: string][] = [];
  await eachSides(merges, (begin, cut, end) => sides.push([text(begin, cut), text(cut + 1, end)]));
  return sides;
}

/** Pieces hold no space, but a merge of newlines may begin with one side that is a space's mark. */
async function eachSides(
  merges: MetadataVocab["merges"],
  read: (begin: number, cut: number, end: number) => void,
): Promise<void> {
  const { bytes } = merges;
  const isWhole = await eachText(merges, (begin, end) => {
    let cut = begin + 1;
    while (cut < end && bytes[cut] !== SPACE) cut++;
    if (cut >= end) throw new NotCovered("a merge is no pair of tokens");
    read(begin, cut, end);
  });
  if (!isWhole) throw new NotCovered("the list of merges ends inside one");
}
