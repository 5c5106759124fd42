import { expect, test } from "vitest";
import { selectRow } from "./select.ts";

const logits = Float32Array.of(1, 3, -2, 3, 0.5);
const greedy = { temperature: Float32Array.of(0, 2) };

test("takes the best, ties to the smaller id, without touching its input", () => {
  const { ids, values } = selectRow(logits, 0, { ...greedy, top: 3 });
  expect([...ids]).toEqual([1, 3, 0]);
  expect([...values]).toEqual([3, 3, 1]);
  expect([...selectRow(logits, 0, { ...greedy, top: 9 }).ids]).toEqual([1, 3, 0, 4, 2]);
  expect([...logits]).toEqual([1, 3, -2, 3, 0.5]);
});

test("adjusts this row's logits in order, positive ones divided and negative ones multiplied", () => {
  const adjust = {
    row: Int32Array.of(0, 0, 1, 0),
    id: Int32Array.of(1, 2, 3, 1),
    divide: Float32Array.of(2, 2, 9, 1),
    add: Float32Array.of(0, 1, 9, 0.25),
  };
  const { ids, values } = selectRow(logits, 0, { ...greedy, top: 5, adjust });
  expect([...ids]).toEqual([3, 1, 0, 4, 2]);
  expect([...values]).toEqual([3, 1.75, 1, 0.5, -3]);
});

test("masks by bits of the row, and divides by its temperature", () => {
  const mask = Uint32Array.of(0b11111, 0b10101);
  const { ids, values, lse } = selectRow(logits, 1, { ...greedy, top: 4, mask });
  expect([...ids]).toEqual([0, 4, 2, 1]);
  expect([...values]).toEqual([0.5, 0.25, -1, Number.NEGATIVE_INFINITY]);
  const of = (...x: number[]) => Math.log(x.reduce((sum, value) => sum + Math.exp(value), 0));
  expect(lse[0]).toBeCloseTo(of(...logits), 6);
  expect(lse[1]).toBeCloseTo(of(0.5, 0.25, -1), 6);
});

test("noise makes the first candidate a draw from the softmax", () => {
  const temperature = Float32Array.of(1);
  const counts = new Array<number>(5).fill(0);
  const draws = 20_000;
  for (let i = 0; i < draws; i++) {
    const noise = Uint32Array.of(7, 1, i, 0);
    counts[selectRow(logits, 0, { top: 1, temperature, noise }).ids[0]!]! += 1;
  }
  const total = logits.reduce((sum, x) => sum + Math.exp(x), 0);
  logits.forEach((x, id) => {
    const p = Math.exp(x) / total;
    // Five standard deviations of a binomial.
    expect(Math.abs(counts[id]! / draws - p)).toBeLessThan(5 * Math.sqrt((p * (1 - p)) / draws));
  });
});
