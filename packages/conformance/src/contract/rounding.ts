import type { GroupLayout, RoundGroups, RoundingModule } from "@engine/core";
import { groupedIntegers, roundGroups as own } from "@engine/loader";
import { beforeAll, expect, test } from "vitest";
import { randomValues } from "../random.ts";

/** Lines of 192 values of very different sizes: a group of zeros, tiny ones, some beyond f16. */
function lines(seed: string): Float32Array {
  const values = randomValues(seed, 192 * 40, { from: 0, to: 1 }).map((x) => x ** 3);
  values.fill(0, 0, 64);
  for (let i = 192; i < 256; i++) values[i]! *= 1e-30;
  for (let i = 384; i < 448; i++) values[i]! *= 2e6;
  return values;
}

/** Weighted sums of squared errors of each line that f16 scales can hold. */
function errors(x: Float32Array, layout: GroupLayout, round: RoundGroups): number[] {
  const { bits, columns, group, importance } = layout;
  const { packed, scale } = round(x.slice(), layout);
  const shape = [x.length / columns, columns];
  const encoding = groupedIntegers({ bits, shape, groups: columns / group, scale: "f16", zero: false });
  const y = new Float32Array(x.length);
  encoding.decode!({ packed, scale: new Uint8Array(scale.buffer) }, y);
  expect(y.every(Number.isFinite)).toBe(true);
  return Array.from({ length: shape[0]! }, (_, line) =>
    x
      .subarray(line * columns, (line + 1) * columns)
      .reduce((sum, v, i) => sum + (v - y[line * columns + i]!) ** 2 * (importance?.[i] ?? 1), 0),
  );
}

/** A backend's rounding errs no more than the loader's own. */
export function testRounding(module: URL): void {
  let round: RoundGroups;
  beforeAll(async () => {
    round = ((await import(module.href)) as RoundingModule).roundGroups;
  });

  const layouts = [4, 8].flatMap((bits) =>
    [32, 64, 96].flatMap((group) =>
      [false, true].map((weighed) => ({ bits: bits as 4 | 8, group, weighed })),
    ),
  );
  test.each(layouts)(
    "of $bits bits, groups of $group, columns weighed: $weighed",
    ({ bits, group, weighed }) => {
      const importance = weighed
        ? randomValues("columns", 192, { from: 0, to: 3, positive: true })
        : undefined;
      const layout = { bits, group, columns: 192, importance };
      const x = lines(`rounding ${bits} ${group}`);
      const [ours, theirs] = [errors(x, layout, own), errors(x, layout, round)];
      // Another scale of equal worth may win, and f32 may see two errors as one.
      theirs.forEach((error, line) => {
        expect(error).toBeLessThanOrEqual(ours[line]! * 1.01 + 1e-12);
      });
      const sum = (values: number[]): number => values.slice(3).reduce((a, b) => a + b, 0);
      expect(sum(theirs)).toBeLessThan(sum(ours) * 1.0005);
    },
  );

  test("keeps what codes hold exactly, and refuses lines that are no whole groups", () => {
    const codes = Float32Array.from({ length: 64 }, (_, i) => ((i * 7) % 16) - 8);
    const layout = { bits: 4, columns: 64, group: 32 } as const;
    expect(
      errors(
        codes.map((code, i) => (i < 32 ? code / 8 : -code / 4)),
        layout,
        round,
      ),
    ).toEqual([0]);
    expect(() => round(codes, { ...layout, group: 48 })).toThrow();
  });
}
