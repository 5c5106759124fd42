import { softcap } from "@engine/core";
import type { OpCase } from "../op-case.ts";
import { approximated } from "../tolerance.ts";
import { WIDTHS } from "./sizes.ts";

export const softcapCases: readonly OpCase[] = [30, 0.5].flatMap((cap) =>
  WIDTHS.map(
    (width): OpCase => ({
      name: `softcap at ${cap} [tokens, ${width}]`,
      op: "softcap",
      tokens: 2,
      inputs: [{ shape: ["tokens", width], values: { from: 0.1, to: 90 } }],
      build: ([x]) => softcap(x!, cap),
      expected: ([x]) => Array.from(x!, (value) => cap * Math.tanh(value / cap)),
      tolerance: approximated(cap),
    }),
  ),
);
