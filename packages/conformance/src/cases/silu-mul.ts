import { silu, siluMul } from "@engine/core";
import type { OpCase } from "../op-case.ts";
import { approximated } from "../tolerance.ts";
import { plainActivations } from "./activations.ts";
import { WIDTHS } from "./sizes.ts";

const gated = ([gate, up]: readonly Float32Array[]): number[] =>
  Array.from(gate!, (x, i) => plainActivations.silu(x) * up![i]!);

/** The fused op by its name, and the pattern a device's fusion looks for, also where it may not fuse. */
const sweep = WIDTHS.flatMap((width): OpCase[] => {
  const shared = {
    op: "silu-mul",
    tokens: 3,
    inputs: [{ shape: ["tokens", width] }, { shape: ["tokens", width] }],
    tolerance: approximated(2),
  } as const;
  return [
    { ...shared, name: `silu-mul [tokens, ${width}]`, build: ([g, u]) => siluMul(g!, u!), expected: gated },
    {
      ...shared,
      name: `silu-mul from silu and mul [tokens, ${width}]`,
      build: ([g, u]) => silu(g!).mul(u!),
      expected: gated,
    },
    {
      ...shared,
      name: `silu-mul whose silu is read again [tokens, ${width}]`,
      build([g, u]) {
        const open = silu(g!);
        return open.mul(u!).add(open);
      },
      expected: ([g, u]) => gated([g!, u!]).map((x, i) => x + plainActivations.silu(g![i]!)),
    },
  ];
});

export const siluMulCases: readonly OpCase[] = [
  ...sweep,
  {
    name: "silu and mul that broadcasts, which is no silu-mul",
    op: "silu-mul",
    tokens: 3,
    inputs: [{ shape: ["tokens", 1] }, { shape: ["tokens", 20] }],
    build: ([g, u]) => silu(g!).mul(u!),
    expected: ([g, u]) => Array.from(u!, (x, i) => x * plainActivations.silu(g![Math.floor(i / 20)]!)),
    tolerance: approximated(2),
  },
];
