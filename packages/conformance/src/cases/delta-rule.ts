import { deltaRule } from "@engine/core";
import type { OpCase } from "../op-case.ts";
import { RECURRENT } from "./sizes.ts";

const SHAPES = [
  { keyHeads: 2, heads: 4, keyDim: 5, valueDim: 7 },
  { keyHeads: 1, heads: 1, keyDim: 20, valueDim: 16 },
  { keyHeads: 2, heads: 2, keyDim: 33, valueDim: 17 },
] as const;

type Layout = (typeof SHAPES)[number] & { readonly lengths: readonly number[] };

export const deltaRuleCases: readonly OpCase[] = RECURRENT.flatMap(({ what, lengths, schedule }) =>
  SHAPES.map((shape): OpCase => {
    const { keyHeads, heads, keyDim, valueDim } = shape;
    // Keys of about unit length, as families make them, else the state would grow without end.
    const keys = { from: 0.5 * keyDim ** -0.5, to: keyDim ** -0.5 };
    return {
      name: `delta-rule ${heads} heads of ${keyDim} × ${valueDim}, ${what}`,
      op: "delta-rule",
      tokens: lengths.reduce((sum, length) => sum + length, 0),
      schedule,
      inputs: [
        { shape: ["tokens", keyHeads, keyDim], values: keys },
        { shape: ["tokens", keyHeads, keyDim], values: keys },
        { shape: ["tokens", heads, valueDim] },
        { shape: ["tokens", heads], values: { from: -0.6, to: -0.05, positive: true } },
        { shape: ["tokens", heads], values: { from: 0.2, to: 0.9, positive: true } },
      ],
      build: ([q, k, v, g, beta]) => deltaRule({ q: q!, k: k!, v: v!, g: g!, beta: beta! }, "delta"),
      expected: (inputs) => plain(inputs, { ...shape, lengths }),
      // The state forgets, so errors of old rows fade: sums over the key's channels of a few rows.
      tolerance: { absolute: 2 ** -24 * 4 * (keyDim + 4) * 8, relative: 2 ** -18 },
    };
  }),
);

function plain([q, k, v, g, beta]: readonly Float32Array[], layout: Layout): number[] {
  const { lengths, keyHeads, heads, keyDim, valueDim } = layout;
  const out: number[] = [];
  let first = 0;
  for (const length of lengths) {
    const states = Array.from({ length: heads }, () => new Float64Array(keyDim * valueDim));
    for (let row = first; row < first + length; row++) {
      states.forEach((state, h) => {
        const key = (row * keyHeads + Math.floor((h * keyHeads) / heads)) * keyDim;
        const decay = Math.exp(g![row * heads + h]!);
        for (let i = 0; i < state.length; i++) state[i]! *= decay;
        const column = (j: number, by: Float32Array): number => {
          let sum = 0;
          for (let i = 0; i < keyDim; i++) sum += by[key + i]! * state[i * valueDim + j]!;
          return sum;
        };
        const change = Array.from({ length: valueDim }, (_, j) => {
          const value = v![(row * heads + h) * valueDim + j]!;
          return beta![row * heads + h]! * (value - column(j, k!));
        });
        for (let i = 0; i < keyDim; i++) {
          for (let j = 0; j < valueDim; j++) state[i * valueDim + j]! += k![key + i]! * change[j]!;
        }
        for (let j = 0; j < valueDim; j++) out.push(column(j, q!));
      });
    }
    first += length;
  }
  return out;
}
