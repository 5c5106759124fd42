import type { Graph } from "@engine/core";
import { expect, test } from "vitest";
import { defaultKv } from "./default-kv.ts";

/** Layers whose heads are `dim` wide for keys and for values. */
function graphOf(layers: number, { heads, dim }: { readonly heads: number; readonly dim: number }): Graph {
  const kept = { shape: ["tokens", heads, dim] };
  const append = { op: { name: "append" }, inputs: [{ shape: [] }, kept, kept] };
  return {
    nodes: [{ op: { name: "rope" }, inputs: [kept] }, ...Array(layers).fill(append)],
  } as unknown as Graph;
}

test("tokens of up to 16 KiB are kept in f32, others in f16", () => {
  expect(defaultKv(graphOf(2, { heads: 2, dim: 16 }))).toBe("f32");
  expect(defaultKv(graphOf(16, { heads: 2, dim: 64 }))).toBe("f32");
  expect(defaultKv(graphOf(16, { heads: 2, dim: 65 }))).toBe("f16");
  expect(defaultKv(graphOf(16, { heads: 8, dim: 64 }))).toBe("f16");
});

test("a model that keeps nothing has nothing to narrow", () => {
  expect(defaultKv(graphOf(0, { heads: 1, dim: 1 }))).toBe("f32");
});
