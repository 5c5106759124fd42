import { expect, test } from "vitest";
import { Graph } from "./graph.ts";
import { add, constant, input, matmul, mul, rmsNorm, weight } from "./ops/index.ts";

const encoding = (shape: readonly number[]) => ({ type: "f32", shape, parts: {} });

test("equal calls are one node, different ones are not", () => {
  const graph = new Graph();
  const x = input(graph, "x", ["tokens", 4], "f32");
  const w = weight(graph, "w", encoding([4]));
  expect(add(x, w).node).toBe(add(x, w).node);
  expect(add(x, w).node).not.toBe(add(w, x).node);
  expect(add(x, w).node).not.toBe(mul(x, w).node);
  expect(rmsNorm(x, w, 1e-5).node).toBe(rmsNorm(x, w, 1e-5).node);
  expect(rmsNorm(x, w, 1e-5).node).not.toBe(rmsNorm(x, w, 1e-6).node);
  expect(weight(graph, "w", encoding([4])).node).toBe(w.node);
  expect(graph.nodes.map(({ id }) => id)).toEqual(graph.nodes.map((_, i) => i));
});

test("constants are told apart by their values", () => {
  const graph = new Graph();
  const of = (...values: number[]) => constant(graph, Float32Array.from(values), [values.length]).node;
  expect(of(1, 2)).toBe(of(1, 2));
  expect(of(1, 2)).not.toBe(of(1, 3));
  expect(of(1, 0)).not.toBe(of(10));
});

test("a node's scope is the module of the weight it last met", () => {
  const graph = new Graph();
  const x = input(graph, "x", ["tokens", 4], "f32");
  const y = matmul(x, weight(graph, "model.layers.3.mlp.up_proj.weight", encoding([8, 4])));
  expect(y.node.scope).toBe("model.layers.3.mlp.up_proj");
  expect(y.mul(2).node.scope).toBe("model.layers.3.mlp.up_proj");
});

test("tensors of another graph are refused", () => {
  const [one, two] = [new Graph(), new Graph()];
  const [x, y] = [input(one, "x", [2], "f32"), input(two, "x", [2], "f32")];
  expect(() => add(x, y)).toThrow("add: an input belongs to another graph");
});
