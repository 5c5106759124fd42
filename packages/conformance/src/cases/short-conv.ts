import { shortConv } from "@engine/core";
import type { OpCase } from "../op-case.ts";
import { accumulated } from "../tolerance.ts";
import { RECURRENT } from "./sizes.ts";

export const shortConvCases: readonly OpCase[] = RECURRENT.flatMap(({ what, lengths, schedule }) =>
  [
    [17, 4],
    [5, 2],
    [33, 3],
  ].map(([channels, taps]): OpCase => {
    const [width, count] = [channels!, taps!];
    return {
      name: `short-conv of ${width} channels, ${count} taps, ${what}`,
      op: "short-conv",
      tokens: lengths.reduce((sum, length) => sum + length, 0),
      schedule,
      inputs: [{ shape: ["tokens", width] }, { shape: [width, 1, count], type: "bf16" }],
      build: ([x, w]) => shortConv(x!, w!, "conv"),
      expected: ([x, w]) => plain(x!, w!, lengths, width, count),
      tolerance: accumulated(count, 4),
    };
  }),
);

/** Over each whole sequence at once, zeros before it. */
function plain(
  x: Float32Array,
  w: Float32Array,
  lengths: readonly number[],
  channels: number,
  taps: number,
): number[] {
  const out: number[] = [];
  let first = 0;
  for (const length of lengths) {
    for (let row = 0; row < length; row++) {
      for (let c = 0; c < channels; c++) {
        let total = 0;
        for (let back = 0; back < taps && back <= row; back++) {
          total += x[(first + row - back) * channels + c]! * w[c * taps + taps - 1 - back]!;
        }
        out.push(total);
      }
    }
    first += length;
  }
  return out;
}
