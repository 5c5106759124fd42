import { describe, expect, test } from "vitest";
import { type RowWish, shareRows } from "./share-rows.ts";

const wish = (pending: number, order: number, more: Partial<RowWish> = {}): RowWish => ({
  pending,
  least: 1,
  order,
  served: 0,
  ...more,
});
const limits = { tokens: 64, rows: 8 };

test("answers that go on all have their row, prompts the rest", () => {
  const wishes = [wish(1, 1), wish(500, 2), wish(1, 3), wish(20, 4), wish(1, 5)];
  expect(shareRows(wishes, limits)).toEqual([1, 41, 1, 20, 1]);
});

test("the oldest prompt has half of what is left for prompts, the shortest come next", () => {
  expect(shareRows([wish(500, 1), wish(400, 2), wish(20, 3)], limits)).toEqual([32, 12, 20]);
  expect(shareRows([wish(500, 1)], limits)).toEqual([64]);
  expect(shareRows([wish(30, 1), wish(500, 2)], limits)).toEqual([30, 34]);
});

test("prompts of one length end one after the other", () => {
  expect(shareRows([wish(48, 1), wish(48, 2), wish(48, 3)], limits)).toEqual([48, 16, 0]);
  expect(shareRows([wish(1, 1), wish(32, 2), wish(48, 3), wish(48, 4)], limits)).toEqual([1, 32, 31, 0]);
});

test("so many answers that they fill a step leave a quarter of it to prompts", () => {
  const answers = Array.from({ length: 100 }, (_, i) => wish(1, i));
  const shares = shareRows([...answers, wish(500, 100)], { tokens: 64, rows: 100 });
  expect(shares.at(-1)).toBe(16);
  expect(shares.filter((count) => count === 1)).toHaveLength(48);
});

test("without rows of output left a text waits before its last row", () => {
  expect(shareRows([wish(1, 1), wish(1, 2), wish(30, 3)], { tokens: 64, rows: 1 })).toEqual([1, 0, 29]);
});

test("an image has all its rows or none, and comes once it is the oldest", () => {
  expect(shareRows([wish(30, 1), wish(60, 2, { least: 60 })], limits)).toEqual([30, 0]);
  expect(shareRows([wish(1, 2), wish(64, 1, { least: 64 })], limits)).toEqual([0, 64]);
});

describe("nobody starves", () => {
  test.each([1, 2, 5, 64])("in steps of %i rows", (tokens) => {
    const left = new Map(
      [...Array(20).keys()].map((order) => [order, { rows: order % 5 === 0 ? 150 : 40, served: 0 }]),
    );
    const unserved = new Map<number, number>();
    for (let step = 1; left.size > 0; step++) {
      expect(step).toBeLessThan(20_000);
      const orders = [...left.keys()];
      // Every third is a prompt; others have one row at a time.
      const wishes = orders.map((order) => {
        const { rows, served } = left.get(order)!;
        return wish(order % 3 === 0 ? rows : 1, order, { served });
      });
      const shares = shareRows(wishes, { tokens, rows: 4 });
      expect(shares.reduce((sum, count) => sum + count, 0)).toBeLessThanOrEqual(tokens);
      expect(shares.some((count) => count > 0)).toBe(true);
      orders.forEach((order, i) => {
        if (shares[i] === 0) {
          unserved.set(order, (unserved.get(order) ?? 0) + 1);
          return;
        }
        unserved.set(order, 0);
        const one = left.get(order)!;
        one.rows -= shares[i]!;
        one.served = step;
        if (one.rows === 0) left.delete(order);
      });
    }
  });
});
