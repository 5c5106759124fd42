import { expect, test } from "vitest";
import { JsonText } from "./json-text.ts";

test.each([
  ['{"a": 1}', '{"a": 1}'],
  ['Sure:\n```json\n{"a": "}\\"", "b": [{}]}\n```\nDone. {"c": 2}', '{"a": "}\\"", "b": [{}]}'],
  ["[1, [2]] and more", "[1, [2]]"],
  ['{"cut', '{"cut'],
  ["no value at all", "no value at all"],
])("%j gives %j, however it is cut", (text, value) => {
  for (let width = 1; width <= text.length; width++) {
    const json = new JsonText({ object: false });
    const pieces = text.match(new RegExp(`.{1,${width}}`, "gs")) ?? [];
    expect(pieces.map((piece) => json.push(piece)).join("") + json.flush()).toBe(value);
  }
});

test("where an object is wanted, a list before it is talk", () => {
  expect(new JsonText({ object: true }).push('See [1]: {"a": []}')).toBe('{"a": []}');
});
