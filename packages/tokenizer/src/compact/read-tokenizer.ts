import { closeSync, openSync, readSync } from "node:fs";
import type { JsonObject } from "../json.ts";
import { type CompactModel, refuseRules } from "./compact-model.ts";
import { grown } from "./grown.ts";
import { JsonCursor, NotJson } from "./json-cursor.ts";
import { mergeTableBuilder } from "./merge-table.ts";
import { NotCovered } from "./not-covered.ts";
import { TURN, turn } from "./turns.ts";
import type { Vocab } from "./vocab.ts";
import { vocabBuilder } from "./vocab-builder.ts";

export interface ReadTokenizer {
  /** The members of tokenizer.json but `model`. */
  readonly rest: JsonObject;
  readonly model: CompactModel;
}

const MAX_ID = 1 << 24;
const SPACE = 0x20;

/**
 * Reads tokenizer.json as a stream into the compact form: a vocabulary of 256,000 tokens needs neither the text nor
 * its objects in memory. Throws NotCovered (or an error of the file system) where it has to be read otherwise; what
 * is no tokenizer.json is found out then.
 */
export async function readTokenizer(path: string): Promise<ReadTokenizer> {
  const file = openSync(path, "r");
  try {
    const cursor = new JsonCursor((into) => readSync(file, into));
    const rest: Record<string, unknown> = {};
    let model: CompactModel | undefined;
    await eachMember(cursor, async (name) => {
      if (name === "model" && model === undefined) model = await readModel(cursor);
      else rest[name] = cursor.value();
    });
    if (cursor.peek() !== -1 || model === undefined) throw new NotJson();
    return { rest, model };
  } catch (error) {
    if (error instanceof NotJson) throw new NotCovered("it is not written as expected");
    throw error;
  } finally {
    closeSync(file);
  }
}

async function readModel(cursor: JsonCursor): Promise<CompactModel> {
  const options: Record<string, unknown> = {};
  let vocab: Vocab | undefined;
  let scores: Float64Array | undefined;
  let merges: CompactModel["merges"];
  await eachMember(cursor, async (name) => {
    if (name === "vocab" && vocab === undefined) {
      if (cursor.peek() === "{".charCodeAt(0)) vocab = await readIds(cursor);
      else ({ vocab, scores } = await readPieces(cursor));
    } else if (name === "merges" && vocab !== undefined && merges === undefined) {
      merges = await readMerges(cursor, vocab);
    } else if (name === "vocab" || name === "merges") throw new NotCovered(`"${name}" is out of order`);
    else options[name] = cursor.value();
  });
  const type = options.type ?? (merges ? "BPE" : undefined);
  if (type === "BPE" && vocab && merges && !scores) {
    refuseRules(options);
    return { options: { ...options, type }, vocab, merges };
  }
  if (type === "Unigram" && vocab && scores && !merges) return { options, vocab, scores };
  throw new NotCovered(`the model type ${JSON.stringify(type)}`);
}

/** Goes through an object's members; `read` takes each value. */
async function eachMember(cursor: JsonCursor, read: (name: string) => Promise<void>): Promise<void> {
  const seen = new Set<string>();
  cursor.expect("{");
  if (cursor.take("}")) return;
  do {
    const name = cursor.key();
    if (seen.has(name)) throw new NotJson();
    seen.add(name);
    await read(name);
  } while (cursor.take(","));
  cursor.expect("}");
}

/** Goes through the items between two brackets, letting others run now and then. */
async function eachItem(cursor: JsonCursor, [open, close]: string, read: (i: number) => void): Promise<void> {
  cursor.expect(open!);
  if (cursor.take(close!)) return;
  let i = 0;
  do {
    read(i++);
    if (i % TURN === 0) await turn();
  } while (cursor.take(","));
  cursor.expect(close!);
}

async function readIds(cursor: JsonCursor): Promise<Vocab> {
  const builder = vocabBuilder();
  let text = new Uint8Array(1 << 10);
  await eachItem(cursor, "{}", () => {
    const { bytes, begin, end } = cursor.string();
    // The cursor's bytes are good until its next call only.
    if (text.length < end - begin) text = new Uint8Array(end - begin);
    for (let i = begin; i < end; i++) text[i - begin] = bytes[i]!;
    cursor.expect(":");
    const id = cursor.integer();
    if (id >= MAX_ID) throw new NotJson();
    builder.add(text, 0, end - begin, id);
  });
  return builder.finish();
}

async function readPieces(cursor: JsonCursor): Promise<{ vocab: Vocab; scores: Float64Array }> {
  const builder = vocabBuilder();
  let scores = new Float64Array(1 << 12);
  let count = 0;
  await eachItem(cursor, "[]", (id) => {
    cursor.expect("[");
    const { bytes, begin, end } = cursor.string();
    builder.add(bytes, begin, end, id);
    cursor.expect(",");
    if (id === scores.length) scores = grown(scores, id + 1);
    const score = cursor.value();
    if (typeof score !== "number") throw new NotJson();
    scores[id] = score;
    cursor.expect("]");
    count = id + 1;
  });
  if (count === 0) throw new NotJson();
  return { vocab: builder.finish(), scores: scores.slice(0, count) };
}

async function readMerges(cursor: JsonCursor, vocab: Vocab): Promise<CompactModel["merges"]> {
  const builder = mergeTableBuilder(vocab);
  await eachItem(cursor, "[]", () => {
    if (cursor.peek() === "[".charCodeAt(0)) {
      cursor.expect("[");
      const first = cursor.string();
      const left = first.bytes.slice(first.begin, first.end);
      cursor.expect(",");
      const { bytes, begin, end } = cursor.string();
      builder.add(left, 0, left.length, bytes, begin, end);
      cursor.expect("]");
      return;
    }
    const { bytes, begin, end } = cursor.string();
    let [at, spaces] = [0, 0];
    for (let i = begin; i < end; i++) {
      if (bytes[i] !== SPACE) continue;
      at = i;
      spaces++;
    }
    if (spaces !== 1) throw new NotCovered("a merge is no pair of tokens");
    builder.add(bytes, begin, at, bytes, at + 1, end);
  });
  return builder.finish();
}
