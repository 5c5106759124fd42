import { expect, test } from "vitest";
import { divideBudget, LINE, layOut, SECTOR, SourceFiles } from "./stream-layout.ts";

const MB = 2 ** 20;
const part = (offset: number, bytes: number, fd = 3) => ({ fd, path: `file${fd}`, offset, bytes });

test("what fits stays", () => {
  expect(divideBudget([10 * MB, 20 * MB], { budget: 30 * MB, largest: 20 * MB, ahead: 32 * MB })).toEqual({
    pinned: 2,
    ringBytes: 0,
  });
});

test("else the longest beginning that leaves a ring for two of the largest and for reads in flight", () => {
  const sizes = Array.from({ length: 40 }, () => 10 * MB);
  const { pinned, ringBytes } = divideBudget(sizes, { budget: 100 * MB, largest: 10 * MB, ahead: 24 * MB })!;
  expect([pinned, ringBytes]).toEqual([7, 24 * MB]);
  const large = divideBudget([...sizes, 30 * MB], { budget: 100 * MB, largest: 30 * MB, ahead: 24 * MB })!;
  expect(large.ringBytes).toBeGreaterThanOrEqual(60 * MB);
  expect(large.pinned).toBe(4);
});

test("a budget below two of the largest is none", () => {
  expect(
    divideBudget([10 * MB, 30 * MB], { budget: 39 * MB, largest: 30 * MB, ahead: 24 * MB }),
  ).toBeUndefined();
});

test("places follow each other, whole sectors to whole sectors, and start again at the end", () => {
  const weights = [part(100, 5000), part(8192, 4096), part(20, 50, 4), part(12288, 8192)];
  const all = weights.map((one) => ({ begin: 0, end: 1, parts: [one] }));
  const files = new SourceFiles();
  const { pieces, places } = layOut(all, { files, unit: SECTOR, ringBytes: 5 * SECTOR });
  expect([files.fds, files.paths]).toEqual([
    [3, 4],
    ["file3", "file4"],
  ]);
  const numbers = all.map((_, i) => Array.from(pieces.subarray(12 * i, 12 * i + 12)));
  expect(numbers.map((own) => [own[4], own[5], own[6], own[10], own[11]])).toEqual([
    [0, 0, 8192, 0, 5100],
    [0, 8192, 4096, 8192, 4096],
    [1, 0, 4096, 12288, 70],
    [0, 12288, 8192, 0, 8192],
  ]);
  expect(places).toEqual([100, 8192, 12308, 0]);
});

test("through the page cache just the bytes are read; blocks take the room of their panels", () => {
  const blocks = { code: 2, group: 32, depth: 64, rows: 17, panelBytes: 640 };
  const all = [
    { begin: 0, end: 1, parts: [part(100, 5000)] },
    { begin: 3, end: 20, parts: [part(7, 17 * 32), part(9000, 17 * 4)], blocks },
    { begin: 0, end: 1, parts: [part(1, 10)] },
  ];
  const { pieces, places } = layOut(all, { files: new SourceFiles(), unit: LINE });
  expect(places).toEqual([0, 5056, 5056 + 2 * 640]);
  expect(Array.from(pieces.subarray(12, 24))).toEqual([3, 32, 64, 17, 0, 7, 544, 0, 9000, 68, 5056, 0]);
});
