import type { CacheSpec } from "@engine/core";
import { expect, test } from "vitest";
import { BlockPool } from "./block-pool.ts";
import { Sequence } from "./sequence.ts";

const cache: CacheSpec = { name: "0", group: 0, heads: 1, keyDim: 4, valueDim: 4, dtype: "f32" };
const caches: readonly CacheSpec[] = [cache, { ...cache, name: "1", group: 1, window: 20 }];

function pools(...sizes: number[]): BlockPool[] {
  return sizes.map((size) => new BlockPool(size));
}

/** Places of 16 by 16, appended in steps of `rows`. */
function grown(of: readonly BlockPool[], length: number, rows: number): Sequence {
  const sequence = new Sequence(of, caches, 16);
  while (sequence.length < length) {
    const count = Math.min(rows, length - sequence.length);
    sequence.reserve(count);
    sequence.advance(count);
  }
  return sequence;
}

test("blocks behind the window go back, and all of them at the end", () => {
  const both = pools(10, 10);
  const sequence = grown(both, 100, 7);
  // The next row sees places 81 to 99 in the windowed group: blocks 5 and 6.
  expect(sequence.tables[1]!.slice(0, 5)).toEqual([-1, -1, -1, -1, -1]);
  expect(both.map(({ free }) => free)).toEqual([3, 8]);
  sequence.clear();
  expect(both.map(({ free }) => free)).toEqual([10, 10]);
});

test("a reservation that fails takes nothing", () => {
  const both = pools(10, 2);
  const sequence = new Sequence(both, caches, 16);
  expect(() => sequence.reserve(40)).toThrow("All 2 key-value blocks are in use");
  expect(both.map(({ free }) => free)).toEqual([10, 2]);
  expect(sequence.tables).toEqual([[], []]);
});

test("a fork has blocks of its own for all that is cached", () => {
  const both = pools(20, 20);
  const sequence = grown(both, 50, 50);
  sequence.reserve(30);
  const { copy, moves } = sequence.fork();
  expect(copy.length).toBe(50);
  expect(copy.longest).toBe(50);
  // Four blocks of the full group, and those of the windowed one that places 31 to 49 lie in.
  expect(moves.length / 6).toBe(4 + 3);
  const moved = Array.from({ length: moves.length / 6 }, (_, i) =>
    Array.from(moves.subarray(i * 6, i * 6 + 6)),
  );
  for (const [group, from, begin, to, at, places] of moved as number[][]) {
    expect([begin, at, places]).toEqual([0, 0, 16]);
    const block = sequence.tables[group!]!.indexOf(from!);
    expect(copy.tables[group!]![block]).toBe(to);
    expect(sequence.tables[group!]).not.toContain(to);
  }
  sequence.clear();
  copy.clear();
  expect(both.map(({ free }) => free)).toEqual([20, 20]);
});

test("a fork without room gives back what it took", () => {
  const both = pools(6, 20);
  const sequence = grown(both, 60, 60);
  expect(() => sequence.fork()).toThrow("blocks are in use");
  expect(both[0]!.free).toBe(2);
});
