import { reference } from "@engine/backend-reference";
import { testBackend } from "@engine/conformance";
import { expect, test } from "vitest";
import { Trace, traced } from "./index.ts";

const trace = new Trace();

testBackend(traced(reference, trace));

test("has counted what the suite ran", () => {
  const { ops } = trace;
  for (const op of ["matmul", "attention", "append", "gather"]) {
    expect(ops.get(op)!.calls, op).toBeGreaterThan(10);
  }
  // Views and composites are no calls.
  expect(ops.has("reshape")).toBe(false);
  expect(ops.has("rms-norm")).toBe(false);
  const times = [...ops.values()].map(({ ms }) => ms);
  expect(times).toEqual(times.toSorted((a, b) => b - a));
});
