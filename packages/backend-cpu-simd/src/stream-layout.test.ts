import { expect, test } from "vitest";
import { PIECE_WORDS } from "./piece-words.ts";
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
  const numbers = all.map((_, i) => Array.from(pieces.subarray(PIECE_WORDS * i, PIECE_WORDS * (i + 1))));
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
  expect(Array.from(pieces.subarray(PIECE_WORDS, 2 * PIECE_WORDS))).toEqual([
    3, 32, 64, 17, 0, 7, 544, 0, 9000, 68, 5056, 0, 0,
  ]);
});

test("windows of mapped files take turns in the room for them", () => {
  const blocks = { code: 2, group: 32, depth: 64, rows: 16, panelBytes: 640 };
  const floats = (offset: number, bytes: number) => ({ begin: 0, end: 1, parts: [part(offset, bytes)] });
  const all = [
    floats(100, 5000),
    { begin: 0, end: 16, parts: [part(7, 512), part(9000, 64)], blocks },
    floats(6000, 3000),
  ];
  const files = new SourceFiles();
  const { pieces, places } = layOut(all, { files, unit: LINE, ringBytes: 8192, windows: true });
  expect(places).toEqual([100, 7, 6000]);
  const numbers = all.map((_, i) => Array.from(pieces.subarray(PIECE_WORDS * i, PIECE_WORDS * (i + 1))));
  expect(numbers.map((own) => own.slice(4))).toEqual([
    [0, 100, 5000, 0, 0, 0, 0, 5000, 1],
    [0, 7, 512, 0, 9000, 64, 5000, 0, 1],
    [0, 6000, 3000, 0, 0, 0, 0, 3000, 1],
  ]);
});
