import { attention, CACHE_DTYPES, type CacheDType, roundHeads } from "@engine/core";
import type { OpCase, Turn } from "../op-case.ts";
import { randomValues, type ValueRange } from "../random.ts";
import { accumulated } from "../tolerance.ts";
import { plainAttention } from "./plain-attention.ts";

interface Options {
  readonly name: string;
  readonly lengths?: readonly number[];
  readonly schedule?: readonly (readonly Turn[])[];
  readonly kvHeads?: number;
  readonly groups?: number;
  readonly keyDim?: number;
  readonly valueDim?: number;
  readonly window?: number;
  readonly scale?: number;
  readonly slopes?: readonly number[];
  readonly kv?: CacheDType;
  readonly blockTokens?: number;
  readonly queries?: ValueRange;
  /** Media blocks, from one place of a sequence to another. */
  readonly blocks?: readonly { readonly sequence: number; readonly begin: number; readonly end: number }[];
  /** Keys turn when they are read: all rows by the same speeds, or each by its own. */
  readonly turns?: "alike" | "apart";
}

const one = (rows: number, sequence = 0): Turn => ({ sequence, rows });
const chunks = (...rows: readonly number[]): (readonly Turn[])[] => rows.map((count) => [one(count)]);

/** Append, then attention over what was appended: heads, groups, windows, blocks, batches, storage types. */
export const attentionCases: readonly OpCase[] = [
  ...[1, 2, 4, 8].map((groups) => attentionCase({ name: `${groups} query heads to a key head`, groups })),
  ...[5, 16, 20, 33, 64, 80, 128].map((keyDim) => attentionCase({ name: `heads of ${keyDim}`, keyDim })),
  attentionCase({ name: "values wider than keys", keyDim: 16, valueDim: 37 }),
  attentionCase({ name: "values narrower than keys", keyDim: 31, valueDim: 8 }),
  ...CACHE_DTYPES.flatMap((kv) => [
    attentionCase({ name: `cache in ${kv}, in chunks`, kv, lengths: [35], schedule: chunks(15, 2, 17, 1) }),
    attentionCase({
      name: `cache in ${kv}, odd heads`,
      kv,
      keyDim: 33,
      valueDim: 19,
      lengths: [270],
      groups: 3,
    }),
    attentionCase({ name: `cache in ${kv}, keys turned when read`, kv, turns: "apart", lengths: [40] }),
  ]),
  attentionCase({
    name: "cache in int8, a window",
    kv: "int8",
    window: 17,
    lengths: [50],
    schedule: chunks(7, 20, 1, 22),
  }),
  attentionCase({ name: "a single row", lengths: [1] }),
  attentionCase({
    name: "one row after another over a block border",
    lengths: [18],
    schedule: chunks(...new Array<number>(18).fill(1)),
  }),
  attentionCase({ name: "chunks that end on block borders", lengths: [49], schedule: chunks(16, 16, 16, 1) }),
  attentionCase({ name: "blocks of 32", lengths: [70], blockTokens: 32, schedule: chunks(31, 2, 37) }),
  attentionCase({ name: "more keys than any tile", lengths: [150], keyDim: 8, schedule: chunks(149, 1) }),
  ...[1, 3, 16, 17, 40].flatMap((window) => [
    attentionCase({ name: `window of ${window}`, window, lengths: [50] }),
    attentionCase({
      name: `window of ${window}, in chunks`,
      window,
      lengths: [50],
      schedule: chunks(7, 20, 1, 1, 21),
    }),
  ]),
  attentionCase({
    name: "sequences of many lengths in one step",
    lengths: [1, 17, 5, 33],
    schedule: [[one(1, 0), one(17, 1), one(5, 2), one(33, 3)]],
  }),
  attentionCase({
    name: "chunks of one sequence beside rows of others, in changing order",
    lengths: [20, 19, 6],
    groups: 2,
    schedule: [
      [one(15, 0)],
      [one(7, 1), one(1, 0)],
      [one(2, 0), one(3, 2), one(11, 1)],
      [one(1, 2), one(1, 1), one(1, 0)],
      [one(2, 2), one(1, 0)],
    ],
  }),
  attentionCase({
    name: "windows of several sequences",
    lengths: [40, 25],
    window: 9,
    schedule: [
      [one(20, 0), one(8, 1)],
      [one(1, 0), one(16, 1)],
      [one(19, 0), one(1, 1)],
    ],
  }),
  attentionCase({
    name: "slopes of ALiBi",
    slopes: [0.5, 0.25, 0.125, 0.0625],
    lengths: [40],
    schedule: chunks(17, 1, 22),
  }),
  attentionCase({ name: "slopes and a window", slopes: [1, 0.25, 0.01, 0], window: 7, lengths: [20] }),
  ...[undefined, 3, 16].map((window) =>
    attentionCase({
      name: window ? `media blocks and a window of ${window}` : "media blocks",
      lengths: [50, 12],
      ...(window && { window }),
      blocks: [
        { sequence: 0, begin: 4, end: 10 },
        { sequence: 0, begin: 10, end: 29 },
        { sequence: 1, begin: 0, end: 12 },
      ],
    }),
  ),
  attentionCase({
    name: "media blocks, in chunks",
    lengths: [40, 20],
    window: 9,
    groups: 4,
    blocks: [
      { sequence: 0, begin: 4, end: 37 },
      { sequence: 1, begin: 16, end: 20 },
    ],
    schedule: [[one(4, 0), one(1, 1)], [one(33, 0), one(15, 1)], [one(1, 0), one(4, 1)], [one(2, 0)]],
  }),
  ...(["alike", "apart"] as const).flatMap((turns) => [
    attentionCase({ name: `keys turned when read, rows ${turns}`, turns, lengths: [7, 70], keyDim: 18 }),
    attentionCase({
      name: `keys turned when read, rows ${turns}, in chunks`,
      turns,
      kv: "f16",
      keyDim: 64,
      window: 20,
      lengths: [40],
      schedule: chunks(17, 1, 22),
    }),
  ]),
  // Beyond one segment of any backend, where angles are large.
  attentionCase({ name: "many keys turned when read", turns: "alike", lengths: [300], keyDim: 8 }),
  // Scores of hundreds: the largest takes all, and nothing overflows.
  attentionCase({ name: "scores far apart", scale: 30, queries: { from: 1, to: 4 } }),
  attentionCase({ name: "scores all but equal", scale: 1e-6 }),
];

function attentionCase(options: Options): OpCase {
  const { lengths = [21], kvHeads = 2, groups = 2, keyDim = 20, valueDim = keyDim, kv = "f32" } = options;
  const { scale = keyDim ** -0.5, slopes, window, schedule, blockTokens, queries, blocks, turns } = options;
  const heads = kvHeads * groups;
  const tokens = lengths.reduce((sum, length) => sum + length, 0);
  const firstOf = (sequence: number): number => lengths.slice(0, sequence).reduce((sum, n) => sum + n, 0);
  const given = blocks?.map((block, i) => {
    const count = (block.end - block.begin) * heads * keyDim;
    return { ...block, whole: true, values: randomValues(`${options.name} block ${i}`, count) };
  });
  const speeds = { from: 0.01, to: 1.2, positive: true };
  const alike = Array.from({ length: tokens }, () => [...randomValues("speeds", keyDim / 2, speeds)]).flat();
  const span = Math.min(Math.max(...lengths), window ?? Number.POSITIVE_INFINITY);
  return {
    name: `attention: ${options.name}`,
    op: "attention",
    tokens,
    inputs: [
      { shape: ["tokens", heads, keyDim], ...(queries && { values: queries }) },
      { shape: ["tokens", kvHeads, keyDim] },
      { shape: ["tokens", kvHeads, valueDim] },
      ...(turns
        ? [
            {
              shape: ["tokens", keyDim / 2],
              values: turns === "alike" ? Float32Array.from(alike) : speeds,
            },
          ]
        : []),
    ],
    ...(given && { given }),
    schedule: schedule ?? [lengths.map((rows, sequence) => ({ sequence, rows }))],
    kv,
    ...(blockTokens && { blockTokens }),
    build: ([q, k, v, inverse], step) =>
      // Given queries are what says where the blocks are.
      attention(given ? step.overlay(q!.merge()).heads(heads) : q!, step.cache("kv").append(k!, v!).tensor, {
        scale,
        ...(window && { window }),
        ...(slopes && { slopes }),
        ...(blocks && { blocks: tokens }),
        ...(inverse && { turns: inverse }),
      }),
    expected([drawn, k, v, inverse]) {
      const q = Float32Array.from(drawn!);
      for (const { sequence, begin, values } of given ?? [])
        q.set(values, (firstOf(sequence) + begin) * heads * keyDim);
      const layout = { lengths, heads, kvHeads, keyDim, valueDim, scale, slopes, window };
      const ends = Array.from({ length: tokens }, (_, row) => row);
      for (const { sequence, begin, end } of blocks ?? [])
        ends.fill(firstOf(sequence) + end - 1, firstOf(sequence) + begin, firstOf(sequence) + end);
      const keys = roundHeads(kv, k!, keyDim).values;
      const values = roundHeads(kv, v!, valueDim).values;
      return plainAttention(q, keys, values, { ...layout, ends, inverse });
    },
    // Errors of a score (a sum over the head) turn into relative errors of its weight.
    tolerance: accumulated(span + keyDim, 2 * Math.max(1, scale * keyDim ** 0.5) * (queries?.to ?? 2)),
  };
}
