import { expect, it } from "vitest";
import type { Architecture } from "./architecture.ts";
import { capture } from "./capture.ts";
import { gather, matmul } from "./ops/index.ts";

const SHAPES: Readonly<Record<string, readonly number[]>> = { "table.weight": [5, 4], "up.weight": [4, 4] };
const source = {
  names: () => Object.keys(SHAPES),
  describe: (name: string) => SHAPES[name] && { type: "f32", shape: SHAPES[name], parts: {} },
};

const tied: Architecture<undefined> = {
  api: 1,
  name: "tied",
  modelTypes: [],
  parse: () => undefined,
  context: () => undefined,
  forward(step, weights) {
    const table = weights.at("table").get();
    const x = gather(table, step.tokens);
    return matmul(step.wanted(x.add(matmul(x, weights.at("up").get()))), table);
  },
};

it("gives what each weight is multiplied by, not what it is gathered with", () => {
  const { outputs } = capture(tied, undefined, source, { taps: "inputs" });
  expect(Object.keys(outputs).sort()).toEqual(["logits", "table.weight", "up.weight"]);
  expect(outputs["up.weight"]!.op.name).toBe("gather");
  expect(outputs["table.weight"]!.shape).toEqual(["rows", 4]);
});
