import type { OpCase } from "../op-case.ts";
import { randomValues } from "../random.ts";
import { exact } from "../tolerance.ts";

/** Two texts of 6 and 5 rows: some of one's embeddings are given, in two pieces, and all of the other's. */
export const overlayCases: readonly OpCase[] = [1, 2, 20, 129].flatMap((width) => {
  const image = randomValues(`image of ${width}`, 3 * width);
  const sound = randomValues(`sound of ${width}`, 5 * width);
  const shared = {
    op: "overlay",
    tokens: 11,
    inputs: [{ shape: ["tokens", width] }],
    given: [
      { sequence: 0, begin: 1, end: 4, values: image, whole: false },
      { sequence: 1, begin: 0, end: 5, values: sound, whole: false },
    ],
    build: ([x], step) => step.overlay(x!),
    expected: ([x]) => {
      const out = Float32Array.from(x!);
      out.set(image, 1 * width);
      out.set(sound, 6 * width);
      return out;
    },
    tolerance: exact,
  } satisfies Omit<OpCase, "name">;
  const turns = (first: number, second: number) => [
    { sequence: 0, rows: first },
    { sequence: 1, rows: second },
  ];
  return [
    { ...shared, name: `overlay on rows of ${width}`, schedule: [turns(6, 5)] },
    { ...shared, name: `overlay on rows of ${width}, in chunks`, schedule: [turns(2, 3), turns(4, 2)] },
  ];
});
