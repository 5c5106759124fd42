import { expect, test } from "vitest";
import { bind, broadcast, bytesOf, elements, sameShape, showShape } from "./shape.ts";

test("broadcasts as numpy does, symbols only with themselves", () => {
  expect(broadcast(["tokens", 4, 1], [4, 5])).toEqual(["tokens", 4, 5]);
  expect(broadcast([], ["rows", 3])).toEqual(["rows", 3]);
  expect(broadcast(["tokens", 1], ["tokens", 7])).toEqual(["tokens", 7]);
  expect(broadcast([1, 3], ["tokens", 1])).toEqual(["tokens", 3]);
  expect(broadcast(["tokens", 3], ["rows", 3])).toBeUndefined();
  expect(broadcast([2, 3], [3, 2])).toBeUndefined();
});

test("binds symbols to a step's sizes", () => {
  expect(bind(["tokens", 3, "rows"], { tokens: 5, rows: 0 })).toEqual([5, 3, 0]);
  expect(() => bind(["pictures"], { tokens: 5 })).toThrow('binds no size to "pictures"');
});

test("counts, compares and shows", () => {
  expect([elements([]), elements([3, 4]), elements([3, 0])]).toEqual([1, 12, 0]);
  expect([sameShape(["rows", 2], ["rows", 2]), sameShape([2], [2, 1])]).toEqual([true, false]);
  expect(showShape(["tokens", 64])).toBe("[tokens, 64]");
  expect((["f32", "bf16", "i32", "u8"] as const).map(bytesOf)).toEqual([4, 2, 4, 1]);
});
