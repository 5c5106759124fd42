import { EngineError, type Graph, type Program, type StepInput } from "@engine/core";
import type { Sequence } from "./sequence.ts";

/** Embeddings that stand for some tokens of a prompt: an image's, a sound's. */
export interface GivenEmbeddings {
  /** Index in the prompt of the first token they stand for. The tokens there are the model's placeholders. */
  readonly at: number;
  /** f32 [tokens, width], row-major, as the model's tower gives them. */
  readonly values: Float32Array;
  /** Rows of an "image" (the default) see each other where the model's attention does that; those of a "sound" do not. */
  readonly kind?: "image" | "sound";
}

/** The same at their places of a text. */
export interface PlacedEmbeddings {
  readonly begin: number;
  readonly end: number;
  readonly values: Float32Array;
  /** The rows see each other, so one step takes them all. */
  readonly whole: boolean;
}

/** The longest media block an attention of this graph is ready for; 0 where rows of a block do not see each other. */
export function longestBlock(graph: Graph): number {
  return Math.max(0, ...graph.nodes.map(({ attrs }) => (attrs.blocks as number | undefined) ?? 0));
}

/** Puts embeddings to their places in a text, whose prompt begins at `before`. Throws `bad-option`. */
export function placeEmbeddings(
  given: readonly GivenEmbeddings[],
  prompt: { readonly program: Program; readonly before: number; readonly length: number },
): PlacedEmbeddings[] {
  const { graph, options } = prompt.program;
  const fail = (text: string): never => {
    throw new EngineError("bad-option", `embeddings: ${text}`);
  };
  const overlay = graph.nodes.find(({ op }) => op.name === "overlay");
  if (given.length > 0 && !overlay) fail("this model reads text only; it takes no images or sound.");
  const width = Number(overlay?.shape[1]);
  const sees = longestBlock(graph) > 0;
  let last = 0;
  return given.map(({ at, values, kind = "image" }, i) => {
    const rows = values.length / width;
    if (!Number.isInteger(rows) || rows < 1)
      fail(`entry ${i} has ${values.length} numbers; each row of this model has ${width}.`);
    if (!Number.isInteger(at) || at < last || at + rows > prompt.length)
      fail(
        `entry ${i} stands for tokens ${at} to ${at + rows - 1}, but the prompt has ${prompt.length}, and entries come one after the other.`,
      );
    last = at + rows;
    const whole = sees && kind === "image";
    if (whole && rows > options.maxTokens)
      fail(
        `the image at token ${at} has ${rows} rows that see each other, but a step takes ${options.maxTokens}. Load the model with maxTokens ${rows}.`,
      );
    return { begin: prompt.before + at, end: prompt.before + last, values, whole };
  });
}

/** Where a step that takes the text from `begin` ends: `end`, or before the image it would cut there. */
export function chunkEnd(begin: number, end: number, embeddings: readonly PlacedEmbeddings[]): number {
  const cut = embeddings.find((image) => image.whole && image.begin < end && end < image.end);
  if (!cut) return end;
  if (cut.begin > begin) return cut.begin;
  throw new EngineError(
    "bad-option",
    `The image at place ${cut.begin} of the text has ${cut.end - cut.begin} rows that see each other, but a step takes ${end - begin} here. Load the model with larger maxTokens, and maxRows for logits of every row.`,
  );
}

interface GivenWork {
  readonly sequence: Sequence;
  readonly tokens: readonly number[];
  readonly embeddings?: readonly PlacedEmbeddings[];
}

/** What a step says of its given rows; nothing where it has none. */
export function givenRows(work: readonly GivenWork[]): Pick<StepInput, "media" | "embeddings"> {
  const rows: number[] = [];
  const parts: Float32Array[] = [];
  const media = new Int32Array(work.reduce((sum, { tokens }) => sum + tokens.length, 0)).fill(-1);
  let first = 0;
  for (const { sequence, tokens, embeddings = [] } of work) {
    const [from, to] = [sequence.length, sequence.length + tokens.length];
    embeddings.forEach(({ begin, end, values, whole }, number) => {
      const [here, until] = [Math.max(begin, from), Math.min(end, to)];
      if (here >= until) return;
      if (whole) {
        if (here > begin || until < end)
          throw new EngineError("bad-option", `A step cuts the image at place ${begin}; use chunkEnd.`);
        media.fill(number, first + here - from, first + until - from);
      }
      const width = values.length / (end - begin);
      parts.push(values.subarray((here - begin) * width, (until - begin) * width));
      for (let place = here; place < until; place++) rows.push(first + place - from);
    });
    first += tokens.length;
  }
  if (rows.length === 0) return {};
  const values = new Float32Array(parts.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const part of parts) {
    values.set(part, at);
    at += part.length;
  }
  return { media, embeddings: { rows: Int32Array.from(rows), values } };
}
