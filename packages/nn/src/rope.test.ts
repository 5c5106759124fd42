import {
  capture,
  configReader,
  type Graph,
  gather,
  type Step,
  type Tensor,
  type Weights,
} from "@engine/core";
import { expect, test } from "vitest";
import { rope, ropeAngles } from "./rope.ts";
import { ropeConfig } from "./rope-config.ts";

const source = {
  names: () => ["table.weight"],
  describe: () => ({ type: "f32", shape: [10, 32], parts: {} }),
};

/** Two layers that turn queries and keys, each by angles of its own asking. */
function graphOf(json: object): Graph {
  const config = ropeConfig(configReader(json), { headDim: 8 });
  const forward = (step: Step, weights: Weights): Tensor => {
    let x = gather(weights.at("table").get(), step.tokens);
    for (let i = 0; i < 2; i++) x = x.add(rope(x.heads(4), ropeAngles(step, config)).merge());
    return step.wanted(x);
  };
  const family = {
    api: 1,
    name: "t",
    modelTypes: [],
    parse: () => undefined,
    context: () => undefined,
    forward,
  } as const;
  return capture(family, undefined, source);
}

const count = (graph: Graph, name: string): number => graph.nodes.filter(({ op }) => op.name === name).length;

test("layers share one set of angles", () => {
  const graph = graphOf({});
  expect([count(graph, "rope"), count(graph, "cos"), count(graph, "sin")]).toEqual([2, 1, 1]);
});

test("only scalings that follow the text's length read it", () => {
  const reads = (json: object): boolean =>
    graphOf(json).nodes.some(({ inputs }) => inputs.some(({ attrs }) => attrs.name === "extents"));
  const ones = [1, 1, 1, 1];
  const longrope = { rope_type: "longrope", short_factor: ones, long_factor: ones };
  expect(reads({})).toBe(false);
  expect(reads({ rope_scaling: { type: "linear", factor: 2 } })).toBe(false);
  expect(reads({ max_position_embeddings: 32, rope_scaling: { type: "dynamic", factor: 2 } })).toBe(true);
  expect(
    reads({ max_position_embeddings: 32, original_max_position_embeddings: 16, rope_scaling: longrope }),
  ).toBe(true);
});
