import { expect, test } from "vitest";
import type { Architecture, Step } from "./architecture.ts";
import { capture } from "./capture.ts";
import { EngineError } from "./error.ts";
import { attention, gather, matmul } from "./ops/index.ts";
import type { Tensor } from "./tensor.ts";
import type { Weights } from "./weights.ts";

const SHAPES: Readonly<Record<string, readonly number[]>> = {
  "model.embed.weight": [10, 8],
  "model.q.weight": [8, 8],
  "model.q.bias": [6],
  "model.wide.weight": [8, 9],
};
const source = {
  names: () => Object.keys(SHAPES),
  describe: (name: string) => SHAPES[name] && { type: "f32", shape: SHAPES[name], parts: {} },
};

function family(forward: (step: Step, weights: Weights) => Tensor): Architecture<undefined> {
  return { api: 1, name: "test", modelTypes: [], parse: () => undefined, context: () => undefined, forward };
}

const run = (forward: (step: Step, weights: Weights) => Tensor, taps?: "all" | readonly string[]) =>
  capture(family(forward), undefined, source, taps ? { taps } : {});

test("gives logits, and the taps that are asked for", () => {
  const forward = (step: Step, w: Weights): Tensor => {
    const x = gather(w.at("model").at("embed").get(), step.tokens);
    step.tap("embed", x);
    step.tap("doubled", x.mul(2));
    return matmul(step.wanted(x), w.at("model.embed").get());
  };
  expect(Object.keys(run(forward).outputs)).toEqual(["logits"]);
  expect(Object.keys(run(forward, ["doubled"]).outputs).sort()).toEqual(["doubled", "logits"]);
  const graph = run(forward, "all");
  expect(graph.outputs.logits!.shape).toEqual(["rows", 10]);
  expect(graph.outputs.embed!.shape).toEqual(["tokens", 8]);
});

test("a missing weight is named, with what there is instead", () => {
  expect(() => run((_, w) => w.at("model.layers.7.norm").get())).toThrow(
    expect.objectContaining({
      code: "missing-weight",
      message: expect.stringMatching(
        /no weight "model\.layers\.7\.norm\.weight".*holds 4 weights.*"model\.embed\.weight"/,
      ),
    }),
  );
  expect(() => run((step, w) => gather(w.at("model.embed").get(), step.tokens))).toThrow(
    "Use step.wanted(x)",
  );
});

test.each<[string, (step: Step, w: Weights, x: Tensor) => Tensor, RegExp]>([
  [
    "matmul",
    (_, w, x) => matmul(x, w.at("model.wide").get()),
    /matmul: .*weight "model\.wide\.weight" \[8, 9\].*must end in 9/,
  ],
  [
    "add",
    (_, w, x) => x.add(w.at("model.q").get("bias")),
    /add: .*weight "model\.q\.bias" \[6\].* do not broadcast/,
  ],
  [
    "gather",
    (_, w, x) => gather(w.at("model.embed").get(), x),
    /gather: .*weight "model\.embed\.weight" \[10, 8\]/,
  ],
  [
    "reshape",
    (_, __, x) => x.reshape(["tokens", 3]),
    /reshape: gather in "model\.embed" \[tokens, 8\].*\[tokens, 3\]/,
  ],
  ["slice", (_, __, x) => x.slice(1, 4, 9), /slice: 4 to 9 is outside axis 1 of gather in "model\.embed"/],
  [
    "rows of a weight",
    (_, w) => w.at("model.q").get().slice(0, 2, 9),
    /weight "model\.q\.weight": rows 2 to 9/,
  ],
  [
    "attention",
    (step, _, x) => attention(x.heads(2), step.cache(0).tensor, { scale: 1 }),
    /before its owner appended/,
  ],
])("%s that does not fit names the weight or where it stands", (_, misuse, message) => {
  const attempt = () => run((step, w) => misuse(step, w, gather(w.at("model.embed").get(), step.tokens)));
  expect(attempt).toThrow(message);
  expect(attempt).toThrow(expect.objectContaining({ code: "bad-shape" }));
});

test("errors of another copy of the package are known too", () => {
  const foreign = Object.assign(new Error("x"), { [Symbol.for("@engine/core/EngineError")]: true });
  expect([EngineError.isInstance(foreign), EngineError.isInstance(new Error("x"))]).toEqual([true, false]);
});
