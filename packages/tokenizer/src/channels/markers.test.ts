import { expect, test } from "vitest";
import { firstMarker, unsureLength } from "./markers.ts";

const find = (text: string, markers: readonly string[], ended = false) => {
  const found = firstMarker(text, markers, { ended });
  return found && [found.marker, found.at];
};

test("the first marker of a text is found, and the longest of those that begin there", () => {
  expect(find("a<b><c>", ["<c>", "<b>"])).toEqual(["<b>", 1]);
  expect(find("a<b to=c", ["<b", "<b to="])).toEqual(["<b to=", 1]);
  expect(find("abc", ["<b>"])).toBeUndefined();
});

test("a marker waits while one that holds it may be on its way", () => {
  expect(find("<b", ["<b", "<b to="])).toBeUndefined();
  expect(find("<b t", ["<b", "<b to="])).toBeUndefined();
  expect(find("<b x", ["<b", "<b to="])).toEqual(["<b", 0]);
  expect(find("<b t", ["<b", "<b to="], true)).toEqual(["<b", 0]);
  expect(find("]<b>", ["]<b>[", "<b>"])).toBeUndefined();
  expect(find("]<b>]", ["]<b>[", "<b>"])).toEqual(["<b>", 1]);
  // One that begins behind it need not be waited for.
  expect(find("<b>]", ["]<b>[", "<b>"])).toEqual(["<b>", 0]);
});

test("the longest beginning of a marker at a text's end", () => {
  expect(unsureLength("a <th", ["<think>", "<t"])).toBe(3);
  expect(unsureLength("a <x", ["<think>"])).toBe(0);
});
