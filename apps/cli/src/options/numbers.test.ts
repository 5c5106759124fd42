import { expect, it } from "vitest";
import { byteSize, choice, decimal, tokenIds, wholeNumber } from "./numbers.ts";

it.each([
  ["4GiB", 4 * 2 ** 30],
  ["4g", 4 * 2 ** 30],
  ["1.5 MiB", 1.5 * 2 ** 20],
  ["800MB", 800e6],
  ["123", 123],
])("reads the size %s", (text, bytes) => expect(byteSize(text)).toBe(bytes));

it.each(["", "GiB", "4 bananas", "-1GiB", "0", "4GiBs"])("refuses the size %j", (text) => {
  expect(() => byteSize(text)).toThrow("4GiB");
});

it("reads whole numbers in their range only", () => {
  const parse = wholeNumber({ min: 1, max: 8 });
  expect(parse("8")).toBe(8);
  for (const text of ["0", "9", "1.5", "", "-1", "1e1", "0x2", "two"]) {
    expect(() => parse(text), text).toThrow("from 1 to 8");
  }
});

it("reads decimals in their range only", () => {
  const parse = decimal("from 0 to 1", (value) => value >= 0 && value <= 1);
  expect(parse("0.25")).toBe(0.25);
  for (const text of ["", " ", "1.1", "-0.1", "NaN", "Infinity"]) {
    expect(() => parse(text), text).toThrow("from 0 to 1");
  }
});

it("reads token ids", () => {
  expect(tokenIds("1, 2,30000")).toEqual([1, 2, 30_000]);
  for (const text of ["", "1,", "1 2", "-1", "1.5", "99999999999"]) {
    expect(() => tokenIds(text), text).toThrow("such as 1,2,3");
  }
});

it("takes one of some words", () => {
  const parse = choice(["f32", "f16"] as const);
  expect(parse("f16")).toBe("f16");
  expect(() => parse("f64")).toThrow("It must be f32 or f16.");
});
