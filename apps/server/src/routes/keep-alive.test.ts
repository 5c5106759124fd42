import { expect, test } from "vitest";
import { parseKeepAlive } from "./keep-alive.ts";

test.each([
  [5, 5000],
  ["5", 5000],
  ["1h30m", 5_400_000],
  ["250ms", 250],
  [0, 0],
  [-1, Number.POSITIVE_INFINITY],
  ["-1m", Number.POSITIVE_INFINITY],
  [2 ** 53, Number.POSITIVE_INFINITY],
  [null, undefined],
  ["", undefined],
])("%s", (told, ms) => {
  expect(parseKeepAlive(told)).toBe(ms);
});

test.each(["soon", "5 minutes", "5mm", "m5"])("%s is no time", (told) => {
  expect(() => parseKeepAlive(told)).toThrow("is no time");
});
