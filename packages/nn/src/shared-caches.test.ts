import { expect, test } from "vitest";
import { sharedCaches } from "./shared-caches.ts";

test("the last layers read the last layer of their kind that has keys", () => {
  const kinds = ["sliding", "full", "sliding", "full", "sliding", "sliding", "full"];
  expect(sharedCaches(kinds, 0)).toEqual([0, 1, 2, 3, 4, 5, 6]);
  expect(sharedCaches(kinds, 3)).toEqual([0, 1, 2, 3, 2, 2, 3]);
});

test.each([
  [["sliding", "sliding", "full"], 1],
  [["full", "full"], 2],
  [["full", "full"], 3],
])("kinds %j with %i shared: a layer without an owner is refused", (kinds, shared) => {
  expect(() => sharedCaches(kinds, shared)).toThrow(
    expect.objectContaining({ code: "bad-config", message: expect.stringContaining(`is ${shared}: layer`) }),
  );
});
