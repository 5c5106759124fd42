import type { Backend } from "@engine/core";
import { expect, test } from "vitest";
import { rounding } from "./rounding.ts";

const url = new URL("file:///rounding.js");
const backend = (why: string | undefined, rounding?: URL): Backend => ({
  api: 1,
  name: "made up",
  unavailable: () => why,
  open: () => Promise.reject(new Error("not opened")),
  ...(rounding && { rounding }),
});

test("the first backend that works and has a rounding of its own is asked", () => {
  const [broken, plain, fast] = [backend("no"), backend(undefined), backend(undefined, url)];
  expect(rounding([backend("no", new URL("file:///other.js")), broken, plain, fast])).toBe(url);
  expect(rounding(fast)).toBe(url);
  expect(rounding([plain])).toBeUndefined();
});
