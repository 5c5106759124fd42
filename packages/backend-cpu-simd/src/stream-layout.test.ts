import { expect, test } from "vitest";
import { divideBudget, layOutRing, SECTOR } from "./stream-layout.ts";

const MB = 2 ** 20;
const part = (offset: number, bytes: number, fd = 3) => ({ fd, path: `file${fd}`, offset, bytes });

test("what fits stays", () => {
  expect(divideBudget([10 * MB, 20 * MB], { budget: 30 * MB, largest: 20 * MB })).toEqual({
    pinned: 2,
    ringBytes: 0,
  });
});

test("else the longest beginning that leaves a ring for two of the largest and for reads in flight", () => {
  const sizes = Array.from({ length: 40 }, () => 10 * MB);
  const { pinned, ringBytes } = divideBudget(sizes, { budget: 100 * MB, largest: 10 * MB })!;
  expect([pinned, ringBytes]).toEqual([6, 32 * MB]);
  const large = divideBudget([...sizes, 30 * MB], { budget: 100 * MB, largest: 30 * MB })!;
  expect(large.ringBytes).toBeGreaterThanOrEqual(60 * MB);
  expect(large.pinned).toBe(4);
});

test("a budget below two of the largest is none", () => {
  expect(divideBudget([10 * MB, 30 * MB], { budget: 39 * MB, largest: 30 * MB })).toBeUndefined();
});

test("places follow each other, whole sectors to whole sectors, and start again at the end", () => {
  const weights = [
    { name: "a", parts: [part(100, 5000)] },
    { name: "b", parts: [part(8192, 4096), part(20, 50, 4)] },
    { name: "c", parts: [part(12288, 8192)] },
  ];
  const layout = layOutRing(weights, 5 * SECTOR);
  expect(layout.files).toEqual([
    { fd: 3, path: "file3" },
    { fd: 4, path: "file4" },
  ]);
  expect(Array.from({ length: 4 }, (_, i) => [...layout.pieces.subarray(5 * i, 5 * i + 5)])).toEqual([
    [0, 0, 8192, 0, 5100],
    [0, 8192, 4096, 8192, 4096],
    [1, 0, 4096, 12288, 70],
    [0, 12288, 8192, 0, 8192],
  ]);
  expect([...layout.segments]).toEqual([0, 1, 1, 2, 3, 1]);
  expect(layout.places).toEqual([[100], [8192, 12308], [0]]);
});
