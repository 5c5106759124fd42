import { attentionOp, gatherOp, matmulOp, type Op, type OpCall, ropeOp, topKOp } from "@engine/core";
import { expect, test } from "vitest";
import { supports } from "./supports.ts";

const KERNELS = ["matmul", "gather", "attention", "rope"];
const call = (op: Op, types: string[], more: Partial<OpCall> = {}): OpCall => ({
  op,
  types,
  shapes: types.map(() => [4, 4, 4]),
  attrs: {},
  ...more,
});

test("takes weights of any type, and no i32 values in their place", () => {
  for (const type of ["f32", "bf16", "q4_0", "a-new-type"])
    expect(supports(call(matmulOp, ["f32", type]), KERNELS)).toBe(true);
  expect(supports(call(matmulOp, ["f32", "i32"]), KERNELS)).toBe(false);
});

test("takes i32 only where ids belong", () => {
  expect(supports(call(gatherOp, ["bf16", "i32"]), KERNELS)).toBe(true);
  expect(supports(call(gatherOp, ["i32", "i32"]), KERNELS)).toBe(false);
});

test("refuses ops without a kernel, symbols it does not bind, and attributes it does not know", () => {
  expect(supports(call(topKOp, ["f32"]), KERNELS)).toBe(false);
  expect(
    supports(
      call(matmulOp, ["f32", "f32"], {
        shapes: [
          ["sequences", 4],
          [4, 4],
        ],
      }),
      KERNELS,
    ),
  ).toBe(false);
  expect(
    supports(call(attentionOp, ["f32", "f32"], { attrs: { scale: 1, cache: "0", window: 8 } }), KERNELS),
  ).toBe(true);
  expect(
    supports(call(attentionOp, ["f32", "f32"], { attrs: { scale: 1, cache: "0", unheardOf: 8 } }), KERNELS),
  ).toBe(false);
  expect(
    supports(
      call(ropeOp, ["f32", "f32", "f32"], {
        shapes: [
          [4, "rows", 4],
          [4, 2],
          [4, 2],
        ],
      }),
      KERNELS,
    ),
  ).toBe(false);
});
