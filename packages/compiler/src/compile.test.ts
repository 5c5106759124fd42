import {
  append,
  attention,
  cacheOp,
  Graph,
  gather,
  input,
  matmul,
  type Tensor,
  wanted,
  weight,
} from "@engine/core";
import { expect, test } from "vitest";
import { cacheSpecs } from "./cache-specs.ts";
import { compile } from "./compile.ts";
import { weightSchedule } from "./weight-schedule.ts";

const SHAPES: Readonly<Record<string, readonly number[]>> = {
  table: [10, 8],
  other: [10, 8],
  up: [6, 8],
  head: [10, 6],
};
const encodingOf = (shape: readonly number[]) => {
  const part = { dtype: "bf16", shape, rowBytes: 2 * shape[1]!, bytes: 2 * shape[0]! * shape[1]! };
  return { type: "bf16", shape, parts: { data: part } };
};
const source = { describe: (name: string) => encodingOf(SHAPES[name]!) };
const device = {
  info: { name: "test", kind: "cpu" as const, memoryBytes: 1 },
  fused: [],
  supports: () => true,
};
const LIMITS = { maxTokens: 8, maxRows: 4, maxSequences: 2, kv: "f16" } as const;

const stored = (graph: Graph, name: string): Tensor => weight(graph, name, encodingOf(SHAPES[name]!));

function model(): Graph {
  const graph = new Graph();
  const tokens = input(graph, "tokens", ["tokens"], "i32");
  const x = gather(stored(graph, "table"), tokens).add(gather(stored(graph, "other"), tokens));
  const tied = matmul(wanted(x), stored(graph, "table"));
  graph.outputs.logits = matmul(matmul(wanted(x), stored(graph, "up")), stored(graph, "head")).add(tied).node;
  return graph;
}

test("a weight's readers, ranges and times of use", () => {
  const program = compile(model(), source, device, LIMITS);
  const uses = Object.fromEntries(program.weights.map((use) => [use.name, use]));
  expect(Object.keys(uses).sort()).toEqual(["head", "other", "table", "up"]);
  // Only gathered from: never bound.
  expect(uses.other).toMatchObject({ access: "rows", ranges: [] });
  expect(uses.table).toMatchObject({ access: "whole", ranges: [{ begin: 0, end: 10 }] });
  expect(uses.table!.readers.map(({ op }) => op.name).sort()).toEqual(["gather", "matmul"]);
  expect(uses.up!.readers[0]!.types).toEqual(["f32", "bf16"]);
  const index = (name: string): number =>
    program.graph.nodes.findIndex(({ op, inputs }) => op.name === "matmul" && inputs[1]!.attrs.name === name);
  expect([uses.up!.first, uses.up!.last]).toEqual([index("up"), index("up")]);
  expect(uses.head!.first).toBeGreaterThan(uses.up!.last);
  expect(program.weights.map(({ first }) => first)).toEqual(
    program.weights.map(({ first }) => first).toSorted((a, b) => a - b),
  );
  expect(program.outputs).toEqual({ logits: ["rows", 10] });
});

test("a split weight is bound in its ranges", () => {
  const program = compile(model(), source, { ...device, info: { ...device.info, maxBinding: 64 } }, LIMITS);
  const ranges = (name: string) =>
    program.weights.find((use) => use.name === name)!.ranges.map(({ begin, end }) => [begin, end]);
  expect(ranges("table")).toEqual([
    [0, 4],
    [4, 8],
    [8, 10],
  ]);
  expect(ranges("head")).toEqual([
    [0, 5],
    [5, 10],
  ]);
  expect(weightSchedule(program.graph, source)).toEqual(program.weights);
});

test("caches of equal windows are a group, and a cache keeps its readers' widest", () => {
  const graph = new Graph();
  const x = gather(stored(graph, "table"), input(graph, "tokens", ["tokens"], "i32"));
  const windows: Readonly<Record<string, readonly (number | undefined)[]>> = {
    a: [undefined],
    b: [4],
    c: [3, 4],
    d: [9, undefined],
    e: [4, 2],
  };
  let sum = x;
  for (const [name, readers] of Object.entries(windows)) {
    const cache = append(graph.emit(cacheOp, [], { name }), name, x.heads(2), x.mul(2).heads(2));
    for (const window of readers) {
      sum = sum.add(
        attention(x.heads(4).mul(1).reshape(["tokens", 2, 4]), cache, {
          scale: 1,
          ...(window && { window }),
        }).merge(),
      );
    }
  }
  graph.outputs.y = sum.node;
  const specs = cacheSpecs(graph, "bf16");
  expect(specs.map(({ name, window }) => [name, window])).toEqual([
    ["a", undefined],
    ["b", 4],
    ["c", 4],
    ["d", undefined],
    ["e", 4],
  ]);
  const group = Object.fromEntries(specs.map((spec) => [spec.name, spec.group]));
  expect([group.d, group.c, group.e]).toEqual([group.a, group.b, group.b]);
  expect(group.a).not.toBe(group.b);
  expect(specs[0]).toMatchObject({ heads: 2, keyDim: 4, valueDim: 4, dtype: "bf16" });
});

test.each([
  ["maxTokens", 0],
  ["maxRows", 1.5],
  ["maxSequences", -1],
])("refuses %s of %d", (key, value) => {
  const attempt = () => compile(model(), source, device, { ...LIMITS, [key]: value });
  expect(attempt).toThrow(`${key} must be a whole number from 1, but is ${value}.`);
});
