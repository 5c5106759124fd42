import { expect, test } from "vitest";
import { configReader } from "./config-reader.ts";

const config = configReader(
  {
    layers: 3,
    eps: 1e-5,
    tied: false,
    type: "llama",
    window: null,
    factors: [1, 2.5],
    kinds: ["a", "b"],
    rope: { theta: 5e5, factor: "8" },
  },
  "models/x/config.json",
);

test("reads each kind of value", () => {
  expect([config.int("layers"), config.float("eps"), config.bool("tied"), config.string("type")]).toEqual([
    3,
    1e-5,
    false,
    "llama",
  ]);
  expect([config.floats("factors"), config.strings("kinds")]).toEqual([
    [1, 2.5],
    ["a", "b"],
  ]);
  expect(config.section("rope")!.float("theta")).toBe(5e5);
});

test("null is absent, but mentioned", () => {
  expect([config.has("window"), config.mentions("window"), config.mentions("other")]).toEqual([
    false,
    true,
    false,
  ]);
  expect(config.int("window", 7)).toBe(7);
  expect([config.floats("window"), config.strings("other"), config.section("window")]).toEqual([
    undefined,
    undefined,
    undefined,
  ]);
});

test.each([
  [() => config.int("missing"), 'models/x/config.json: "missing" is missing; it must be a whole number.'],
  [() => config.int("window"), '"window" is missing'],
  [() => config.int("eps"), '"eps" must be a whole number, but is 0.00001'],
  [() => config.int("type"), '"type" must be a whole number, but is "llama"'],
  [() => config.float("tied"), '"tied" must be a number, but is false'],
  [() => config.bool("layers"), '"layers" must be true or false, but is 3'],
  [() => config.string("layers"), '"layers" must be a string, but is 3'],
  [() => config.floats("kinds"), '"kinds" must be a list of numbers, but is ["a","b"]'],
  [() => config.strings("factors"), '"factors" must be a list of strings'],
  [() => config.section("layers"), '"layers" must be an object, but is 3'],
  [() => config.section("rope")!.float("factor"), 'config.json: rope: "factor" must be a number, but is "8"'],
  [() => configReader([1], "a.json"), "a.json: must hold an object, but holds [1]"],
  [() => configReader({ x: -1 }).int("x"), '"x" must be a whole number, but is -1'],
])("says what is wrong %#", (read, message) => {
  expect(read).toThrow(
    expect.objectContaining({ code: "bad-config", message: expect.stringContaining(message) }),
  );
});
