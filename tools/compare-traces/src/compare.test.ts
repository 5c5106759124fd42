import type { ReadTensor } from "@engine/loader";
import { expect, test } from "vitest";
import { compareTraces } from "./compare.ts";

const trace = (...values: number[]): ReadTensor =>
  ({ dtype: "f32", shape: [1, values.length], data: Float32Array.from(values) }) as ReadTensor;

const names = [
  "logits",
  "layer1",
  "model.layers.1.mlp.down_proj",
  "model.layers.1.self_attn.q_proj",
  "layer0",
  "model.layers.0.self_attn.o_proj",
  "model.embed_tokens",
];

test("the order is the model's, and the largest difference stands with its place", () => {
  const theirs = new Map(names.map((name) => [name, trace(1, 2)]));
  const ours = new Map(theirs).set("model.layers.1.self_attn.q_proj", trace(1, 3)).set("only-ours", trace(0));
  const found = compareTraces(ours, theirs);
  expect(found.map(({ name }) => name)).toEqual([...names].reverse());
  expect(found.filter(({ off }) => off > 0)).toEqual([
    { name: "model.layers.1.self_attn.q_proj", off: 0.5, row: 0, column: 1, ours: 3, theirs: 2 },
  ]);
});

test("NaN is as far off as can be; other shapes and nothing shared are errors", () => {
  const one = new Map([["logits", trace(1)]]);
  expect(compareTraces(new Map([["logits", trace(Number.NaN)]]), one)[0]!.off).toBe(Number.POSITIVE_INFINITY);
  expect(() => compareTraces(new Map([["logits", trace(1, 2)]]), one)).toThrow(/same tokens/);
  expect(() => compareTraces(new Map([["x", trace(1)]]), one)).toThrow(/no trace/);
});
