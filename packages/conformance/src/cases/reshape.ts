import type { OpCase } from "../op-case.ts";
import { exact, rounded } from "../tolerance.ts";

export const reshapeCases: readonly OpCase[] = [
  {
    name: "reshape to heads",
    op: "reshape",
    tokens: 3,
    inputs: [{ shape: ["tokens", 20] }],
    build: ([x]) => x!.heads(4),
    expected: ([x]) => x!,
    tolerance: exact,
  },
  {
    name: "reshape of a computed value, read under both shapes",
    op: "reshape",
    tokens: 3,
    inputs: [{ shape: ["tokens", 20] }],
    build([x]) {
      const doubled = x!.mul(2);
      return doubled.heads(5).mul(3).merge().add(doubled);
    },
    expected: ([x]) => x!.map((value) => value * 8),
    tolerance: rounded,
  },
  {
    // The view is read long after its owner: the owner's bytes must outlive it.
    name: "reshape read late",
    op: "reshape",
    tokens: 3,
    inputs: [{ shape: ["tokens", 6] }],
    build([x]) {
      const view = x!.mul(0.5).heads(2);
      let other = x!;
      for (let i = 0; i < 6; i++) other = other.add(0.25);
      return view.merge().add(other);
    },
    expected: ([x]) => Array.from(x!, (value) => value * 1.5 + 1.5),
    tolerance: { absolute: 2 ** -21, relative: 0 },
  },
];
