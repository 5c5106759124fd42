import {
  concatOp,
  Graph,
  gather,
  input,
  matmul,
  type Op,
  rmsNorm,
  rope,
  scalar,
  silu,
  siluMulOp,
  softmax,
  type Tensor,
  weight,
} from "@engine/core";
import { describe, expect, test } from "vitest";
import { decompose } from "./decompose.ts";
import { fuse } from "./fuse.ts";
import { roundInputs } from "./round-inputs.ts";
import { splitWeights } from "./split-weights.ts";

const device = { name: "test device", kind: "cpu" as const, memoryBytes: 1 };
const names = (graph: Graph): string[] => graph.nodes.filter(({ op }) => !op.source).map(({ op }) => op.name);
const rows = (graph: Graph, name = "x", width = 6): Tensor => input(graph, name, ["tokens", width], "f32");

describe("decompose", () => {
  test("replaces what the device lacks, down to what it has", () => {
    const graph = new Graph();
    graph.outputs.y = softmax(rmsNorm(rows(graph), undefined, 1e-5)).node;
    const lowered = decompose(graph, ({ op }) => op.reference !== undefined, device);
    expect(names(lowered)).toEqual([
      "mul",
      "sum",
      "mul",
      "add",
      "rsqrt",
      "mul",
      "reduce-max",
      "sub",
      "exp",
      "sum",
      "div",
    ]);
    expect(names(decompose(graph, () => true, device))).toEqual(["rms-norm", "softmax"]);
    const some = decompose(graph, ({ op }) => op.name === "softmax" || op.reference !== undefined, device);
    expect(names(some).at(-1)).toBe("softmax");
  });

  test("keeps shapes, over rows too", () => {
    const graph = new Graph();
    const x = input(graph, "x", ["rows", 3, 10], "f32");
    const [cos, sin] = ["cos", "sin"].map((name) => input(graph, name, ["rows", 4], "f32")) as [
      Tensor,
      Tensor,
    ];
    graph.outputs.y = rope(x, cos, sin, { interleaved: true }).node;
    const lowered = decompose(graph, ({ op }) => op.reference !== undefined, device);
    expect(lowered.outputs.y!.shape).toEqual(["rows", 3, 10]);
  });

  test("names the op and its inputs where there is no other way", () => {
    const graph = new Graph();
    graph.outputs.y = matmul(rows(graph), weight(graph, "model.up.weight", encodingOf([4, 6]))).node;
    const attempt = () => decompose(graph, ({ op }) => op.name !== "matmul", device);
    expect(attempt).toThrow(expect.objectContaining({ code: "unsupported" }));
    expect(attempt).toThrow(/test device does not run "matmul" over .*weight "model\.up\.weight" \[4, 6\]/);
  });
});

describe("fuse", () => {
  const gated = (graph: Graph, left: Tensor, right: Tensor): Graph => {
    graph.outputs.y = silu(left).mul(right).node;
    return graph;
  };

  test("finds the definition of a fused op", () => {
    const graph = new Graph();
    const fused = fuse(gated(graph, rows(graph), rows(graph, "z")), [siluMulOp]);
    expect(names(fused)).toEqual(["silu-mul"]);
    expect(fused.outputs.y!.inputs.map(({ attrs }) => attrs.name)).toEqual(["x", "z"]);
  });

  test("leaves it where a value in between is read elsewhere", () => {
    const graph = new Graph();
    const open = silu(rows(graph));
    graph.outputs.y = open.mul(rows(graph, "z")).add(open).node;
    expect(names(fuse(graph, [siluMulOp]))).toEqual(["silu", "mul", "add"]);
    const tapped = new Graph();
    const value = silu(rows(tapped));
    tapped.outputs.tap = value.node;
    expect(names(fuse(gated(tapped, rows(tapped), rows(tapped, "z")), [siluMulOp]))).toContain("silu");
  });

  test("does not take other arithmetic for it", () => {
    const graph = new Graph();
    graph.outputs.y = rows(graph).mul(silu(rows(graph, "z"))).node;
    expect(names(fuse(graph, [siluMulOp]))).toEqual(["silu", "mul"]);
    const broadcast = new Graph();
    const fused = fuse(gated(broadcast, rows(broadcast, "x", 1), rows(broadcast, "z", 6)), [siluMulOp]);
    expect(names(fused)).toEqual(["silu", "mul"]);
  });

  test("finds what the op before it has laid bare", () => {
    const twice: Op = { ...siluMulOp, name: "twice", arity: 1, define: ([x]) => x!.add(x!) };
    const thrice: Op = { ...siluMulOp, name: "thrice", arity: 1, define: ([x]) => x!.mul(3) };
    const graph = new Graph();
    const x = rows(graph).mul(3);
    graph.outputs.y = x.add(x).node;
    expect(names(fuse(graph, [twice, thrice]))).toEqual(["thrice", "twice"]);
  });

  test("compares the constants of a pattern", () => {
    const halved: Op = {
      ...siluMulOp,
      name: "half-silu",
      arity: 1,
      define: ([x]) => silu(x!.mul(scalar(x!.graph, 0.5))),
    };
    const by = (factor: number): string[] => {
      const graph = new Graph();
      graph.outputs.y = silu(rows(graph).mul(factor)).node;
      return names(fuse(graph, [halved]));
    };
    expect([by(0.5), by(0.25)]).toEqual([["half-silu"], ["mul", "silu"]]);
  });
});

describe("split weights", () => {
  const source = { describe: () => encodingOf([10, 6]) };
  const model = (): Graph => {
    const graph = new Graph();
    const w = weight(graph, "w", encodingOf([10, 6]));
    graph.outputs.y = matmul(gather(w, input(graph, "tokens", ["tokens"], "i32")), w).node;
    return graph;
  };

  test("multiplies by ranges of rows that fit, and joins them", () => {
    // A row has 24 bytes, so four fit.
    const split = splitWeights(model(), source, 100);
    const products = split.nodes.filter(({ op }) => op.name === "matmul");
    expect(products.map(({ inputs }) => [inputs[1]!.attrs.begin, inputs[1]!.attrs.end])).toEqual([
      [0, 4],
      [4, 8],
      [8, 10],
    ]);
    expect(split.outputs.y!.op).toBe(concatOp);
    expect(split.outputs.y!.shape).toEqual(["tokens", 10]);
    // Tables are not bound.
    const gathered = split.nodes.find(({ op }) => op.name === "gather")!;
    expect(gathered.inputs[0]!.attrs).toMatchObject({ begin: 0, end: 10 });
  });

  test("leaves weights that fit", () => {
    expect(names(splitWeights(model(), source, 240))).toEqual(["gather", "matmul"]);
  });

  test("says when not even a row fits", () => {
    expect(() => splitWeights(model(), source, 23)).toThrow(/weight "w": one row has 24 bytes/);
  });
});

function encodingOf(shape: readonly number[]) {
  const bytes = shape.reduce((product, dim) => product * dim, 4);
  return { type: "f32", shape, parts: { data: { dtype: "f32", shape, rowBytes: bytes / shape[0]!, bytes } } };
}

describe("roundInputs", () => {
  test("rounds what weights are multiplied by, once for all that multiply it", () => {
    const graph = new Graph();
    const x = rows(graph);
    const [q, k] = ["q", "k"].map((name) => weight(graph, name, { type: "f32", shape: [6, 6], parts: {} }));
    graph.outputs.y = matmul(silu(matmul(x, q!).add(matmul(x, k!))), q!).node;
    const rounded = roundInputs(graph);
    expect(names(rounded)).toEqual(["round-bf16", "matmul", "matmul", "add", "silu", "round-bf16", "matmul"]);
    const [first] = rounded.nodes.filter(({ op }) => op.name === "round-bf16");
    expect(first!.inputs[0]!.op.name).toBe("input");
  });
});
