import { reference } from "@engine/backend-reference";
import {
  append,
  attention,
  cacheOp,
  encodeFloats,
  Graph,
  gather,
  input,
  matmul,
  type Program,
  SEQUENCE,
  type Tensor,
  wanted,
  weight,
} from "@engine/core";
import { expect, test } from "vitest";
import { cacheSpecs } from "../cache-specs.ts";
import { planMemory } from "../memory-plan.ts";
import { weightSchedule } from "../weight-schedule.ts";
import { pushWanted } from "./push-wanted.ts";

const [VOCAB, WIDTH, HEADS] = [11, 8, 2];
const encoding = (shape: readonly number[]) => {
  const bytes = shape.reduce((product, dim) => product * dim, 4);
  const part = { dtype: "f32", shape, rowBytes: bytes / shape[0]!, bytes };
  return { type: "f32", shape, parts: { data: part } };
};
const SHAPES: Readonly<Record<string, readonly number[]>> = {
  table: [VOCAB, WIDTH],
  w0: [WIDTH, WIDTH],
  w1: [WIDTH, WIDTH],
  w2: [WIDTH, WIDTH],
};
const source = {
  id: "test",
  names: () => Object.keys(SHAPES),
  describe: (name: string) => SHAPES[name] && encoding(SHAPES[name]),
  extent: () => undefined,
  async read(name: string, _: string, [offset, bytes]: Float64Array, into: Uint8Array) {
    const count = SHAPES[name]!.reduce((product, dim) => product * dim, 1);
    const values = Float32Array.from({ length: count }, (_, i) =>
      Math.sin(i * 1.7 + name.length + name.charCodeAt(1)),
    );
    into.set(encodeFloats("f32", values).subarray(offset, offset! + bytes!));
  },
  close: async () => {},
};

/** Two layers: the first appends keys of its own, the second reads the first's cache. */
function sharedCacheModel(): Graph {
  const graph = new Graph();
  const stored = (name: string): Tensor => weight(graph, name, encoding(SHAPES[name]!));
  const tokens = input(graph, "tokens", ["tokens"], "i32");
  const x = gather(stored("table"), tokens);
  const cache = append(
    graph.emit(cacheOp, [], { name: "0" }),
    "0",
    matmul(x, stored("w0")).heads(HEADS),
    x.heads(HEADS),
  );
  const first = x.add(attention(matmul(x, stored("w1")).heads(HEADS), cache, { scale: 0.5 }).merge());
  const query = matmul(first, stored("w2")).mul(0.3).heads(HEADS);
  const second = first.add(attention(query, cache, { scale: 0.5, window: 3 }).merge());
  graph.outputs.logits = matmul(wanted(second), stored("table")).node;
  return graph;
}

const LIMITS = { maxTokens: 8, maxRows: 8, maxSequences: 1, kv: "f32" } as const;

async function logits(graph: Graph, rows: readonly number[]): Promise<Float32Array> {
  const largest = { tokens: 8, rows: 8, sequences: 1 };
  const program: Program = {
    api: 1,
    options: LIMITS,
    graph,
    arena: planMemory(graph, largest),
    weights: weightSchedule(graph, source),
    caches: cacheSpecs(graph, "f32"),
    states: [],
    outputs: { logits: ["rows", VOCAB] },
  };
  const device = await reference.open();
  const weights = await device.weights(source, program.weights, "auto");
  const state = await device.state(program, { blockTokens: 16, blocks: [1] });
  const plan = await device.plan(program, weights, state);
  const sequences = new Int32Array(SEQUENCE.stride);
  sequences[SEQUENCE.rows] = 7;
  const positions = Int32Array.from({ length: 7 }, (_, i) => i);
  const step = { tokens: Int32Array.of(3, 1, 4, 1, 5, 9, 2), positions, extents: positions, sequences };
  await plan.run({ ...step, tables: [Int32Array.of(0)], wanted: Int32Array.from(rows) }, {});
  const out = new Float32Array(rows.length * VOCAB);
  for (let i = 0; i < rows.length; i++) await plan.logits(i, out.subarray(i * VOCAB, (i + 1) * VOCAB));
  return out;
}

const overRows = (graph: Graph): string[] =>
  graph.nodes.filter(({ shape }) => shape[0] === "rows").map(({ op }) => op.name);
const overTokens = (graph: Graph, op: string): number =>
  graph.nodes.filter((node) => node.op.name === op && node.shape[0] === "tokens").length;

test.each([[[6]], [[0, 2, 5]], [[0, 1, 2, 3, 4, 5, 6]], [[]]])(
  "rows %j keep their logits to the bit",
  async (rows) => {
    const graph = sharedCacheModel();
    const pushed = await logits(pushWanted(graph), rows);
    expect(pushed).toEqual(await logits(graph, rows));
    expect(pushed.every(Number.isFinite)).toBe(true);
  },
);

test("only what a cache takes is left for all tokens", () => {
  const graph = sharedCacheModel();
  expect(overRows(graph)).toEqual(["wanted", "matmul"]);
  const pushed = pushWanted(graph);
  expect(overTokens(pushed, "matmul")).toBe(1);
  expect(overTokens(pushed, "attention")).toBe(0);
  expect(overRows(pushed).filter((name) => name === "attention")).toHaveLength(2);
  // Chosen from what all tokens have anyway, not computed once more.
  expect(overRows(pushed)).not.toContain("gather");
  const reshaped = pushed.nodes.filter(({ op, shape }) => op.name === "reshape" && shape[0] === "rows");
  for (const { attrs } of reshaped) expect((attrs.shape as unknown[])[0]).toBe("rows");
});

test("an output over all tokens keeps what it needs", () => {
  const graph = sharedCacheModel();
  const first = graph.nodes.find(({ op, shape }) => op.name === "add" && shape[0] === "tokens")!;
  graph.outputs.first = first;
  const pushed = pushWanted(graph);
  expect(pushed.outputs.first!.shape).toEqual(["tokens", WIDTH]);
  expect(overTokens(pushed, "attention")).toBe(1);
  expect(overRows(pushed).filter((name) => name === "attention")).toHaveLength(1);
});

test("what nothing needs is left behind", () => {
  const graph = sharedCacheModel();
  const dead = graph.tensor(graph.outputs.logits!).mul(7).node;
  expect(graph.nodes).toContain(dead);
  const ops = pushWanted(graph).nodes.filter(({ op }) => op.name === "mul");
  expect(ops).toHaveLength(1);
});
