import { concat } from "@engine/core";
import type { OpCase } from "../op-case.ts";
import { exact } from "../tolerance.ts";

export const concatCases: readonly OpCase[] = [1, 2, -1].map((axis): OpCase => {
  const sizes = [2, 1, 3];
  const shapes = sizes.map((size) => [
    "tokens",
    ...[4, 5].map((other, i) => (i + 1 === (axis + 3) % 3 ? size : other)),
  ]);
  return {
    name: `concat along axis ${axis}`,
    op: "concat",
    tokens: 3,
    inputs: shapes.map((shape) => ({ shape })),
    build: (parts) => concat(parts, axis),
    expected: (parts) =>
      joined(
        parts,
        shapes.map((shape) => shape.slice(1) as number[]),
        ((axis + 3) % 3) - 1,
        3,
      ),
    tolerance: exact,
  };
});

/** Element by element: which part a coordinate along `axis` (after "tokens") falls in. */
function joined(
  parts: readonly Float32Array[],
  shapes: readonly (readonly number[])[],
  axis: number,
  tokens: number,
): number[] {
  const total = shapes.reduce((sum, shape) => sum + shape[axis]!, 0);
  const size = shapes[0]!.map((dim, i) => (i === axis ? total : dim));
  const out: number[] = [];
  for (let t = 0; t < tokens; t++) {
    for (let i = 0; i < size[0]!; i++) {
      for (let j = 0; j < size[1]!; j++) {
        const at = [i, j];
        let part = 0;
        while (at[axis]! >= shapes[part]![axis]!) at[axis]! -= shapes[part++]![axis]!;
        const [rows, columns] = shapes[part]! as [number, number];
        out.push(parts[part]![(t * rows + at[0]!) * columns + at[1]!]!);
      }
    }
  }
  return out;
}
