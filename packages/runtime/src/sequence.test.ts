import type { CacheSpec } from "@engine/core";
import { describe, expect, test } from "vitest";
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
  expect(() => sequence.reserve(40)).toThrow("3 more key-value blocks are needed, but 0 of 2 are in use");
  expect(both.map(({ free }) => free)).toEqual([10, 2]);
  expect(sequence.tables).toEqual([[], []]);
});

test("a fork shares all blocks, and who goes on first copies the begun one", () => {
  const both = pools(20, 20);
  const sequence = grown(both, 50, 50);
  const before = both.map(({ free }) => free);
  const copy = sequence.fork();
  expect([copy.length, copy.longest]).toEqual([50, 50]);
  expect(copy.tables).toEqual(sequence.tables.map((table) => table.slice(0, 4)));
  expect(both.map(({ free }) => free)).toEqual(before);
  const [full, windowed] = sequence.tables.map((table) => table[3]!) as [number, number];
  const moves = copy.reserve(1);
  expect(moves).toEqual([0, full, 0, copy.tables[0]![3], 0, 2, 1, windowed, 0, copy.tables[1]![3], 0, 2]);
  expect(sequence.tables.map((table) => table[3])).toEqual([full, windowed]);
  expect(sequence.reserve(1)).toEqual([]);
  expect(both.map(({ free }) => free)).toEqual(before.map((count) => count - 1));
  sequence.clear();
  copy.clear();
  expect(both.map(({ free }) => free)).toEqual([20, 20]);
});

test("a fork that cannot copy its begun block is as it was", () => {
  const both = pools(4, 20);
  const sequence = grown(both, 50, 50);
  const copy = sequence.fork();
  expect(() => copy.reserve(1)).toThrow("1 more key-value blocks are needed");
  expect(copy.tables).toEqual(sequence.tables.map((table) => table.slice(0, 4)));
  sequence.clear();
  expect(copy.reserve(1)).toEqual([]);
});

describe("known contents", () => {
  const keys = (text: string) => (index: number) => `${text.slice(0, index + 1)}`;
  const read = (of: readonly BlockPool[], text: string, length: number): Sequence => {
    const sequence = new Sequence(of, caches, 16);
    sequence.reserve(length);
    sequence.advance(length, keys(text));
    return sequence;
  };

  test("full blocks are taken over, in use or given back; the begun one is not", () => {
    const both = pools(20, 20);
    const first = read(both, "abcd", 60);
    const second = new Sequence(both, caches, 16);
    expect(second.adopt(60, keys("abcx"))).toEqual({ gained: 48, known: 48 });
    // The row at place 48 sees places from 29 on in the windowed group.
    expect(second.tables[0]).toEqual(first.tables[0]!.slice(0, 3));
    expect(second.tables[1]).toEqual([-1, both[1]!.find("ab"), both[1]!.find("abc")]);
    first.clear();
    const third = new Sequence(both, caches, 16);
    expect(third.adopt(47, keys("abcd")).gained).toBe(32);
    second.clear();
    third.clear();
    expect(both.map(({ free }) => free)).toEqual([20, 20]);
    expect(both[0]!.cached).toBe(3);
  });

  test("where a windowed group has lost what the window sees, the text is cut further back", () => {
    const both = pools(20, 20);
    const first = read(both, "abcde", 80);
    both[1]!.forget(both[1]!.find("abcd")!);
    const next = new Sequence(both, caches, 16);
    // From 64 and from 80 on the fourth block is seen; from 48 on the second and the third.
    expect(next.adopt(80, keys("abcde")).gained).toBe(48);
    first.clear();
  });

  test("the longest unused goes first, the end of a text before its beginning", () => {
    const pool = [new BlockPool(4)];
    const text = (name: string): Sequence => {
      const sequence = new Sequence(pool, [cache], 16);
      sequence.reserve(32);
      sequence.advance(32, keys(name));
      return sequence;
    };
    text("ab").clear();
    text("xy").clear();
    const big = new Sequence(pool, [cache], 16);
    big.reserve(16);
    expect([pool[0]!.find("a"), pool[0]!.find("ab")].map((block) => block === undefined)).toEqual([
      false,
      true,
    ]);
    expect(pool[0]!.find("xy")).toBeDefined();
  });

  test("a block that is written again is no longer known", () => {
    const pool = [new BlockPool(4)];
    const sequence = new Sequence(pool, [cache], 16);
    sequence.reserve(32);
    sequence.advance(32, keys("ab"));
    expect(sequence.rewind(20)).toBe(true);
    sequence.reserve(1);
    expect([pool[0]!.find("a"), pool[0]!.find("ab")].map((block) => block === undefined)).toEqual([
      false,
      true,
    ]);
  });

  test("a rewind past what a window has given back forgets the text", () => {
    const both = pools(20, 20);
    const sequence = grown(both, 100, 7);
    expect(sequence.rewind(99)).toBe(true);
    expect(sequence.rewind(60)).toBe(false);
    expect([sequence.length, ...both.map(({ free }) => free)]).toEqual([0, 20, 20]);
  });

  test("a recurrent state is known where a step ended at a border", () => {
    const [pool, slots] = [new BlockPool(20), new BlockPool(6)];
    const open = (): Sequence => new Sequence([pool], [cache], 16, slots);
    const first = open();
    for (const rows of [32, 16, 10]) {
      first.reserve(rows);
      first.advance(rows, keys("abcd"));
    }
    const second = open();
    expect(second.adopt(40, keys("abcd"))).toEqual({ gained: 32, known: 32 });
    expect(slots.find("ab")).toBe(second.slot);
    const third = open();
    // Keys are known up to 48 here, and the state with them.
    expect(third.adopt(60, keys("abcx"))).toEqual({ gained: 48, known: 48 });
    for (const sequence of [first, second, third]) sequence.clear();
    expect([pool.free, slots.free]).toEqual([20, 6]);
  });
});
