import { type Architecture, elements } from "@engine/core";
import { placeEmbeddings } from "@engine/runtime";
import { expect, test } from "vitest";
import type { Golden } from "./golden.ts";
import { type GoldenModelOptions, openGoldenModel } from "./golden-model.ts";
import { maxDifference } from "./tolerance.ts";

/** What the family taps ("embed", "layer{i}", "final") against the golden's states. */
export function testStates<C>(
  architecture: Architecture<C>,
  golden: () => Golden,
  options: GoldenModelOptions & { readonly tolerance: number },
): void {
  test("states of each layer", async ({ annotate }) => {
    const { prompt, embeddings, folder, states, layerPositions } = golden();
    const model = await openGoldenModel(architecture, folder, { ...options, taps: "all" });
    try {
      const { logits: _, ...outputs } = model.program.outputs;
      expect(Object.keys(outputs).sort(), "values the family taps").toEqual([...states.keys()].sort());
      const tensors = Object.fromEntries(
        Object.entries(outputs).map(([name, shape]) => [
          name,
          new Float32Array(prompt.length * elements(shape.slice(1) as number[])),
        ]),
      );
      const { program } = model;
      const placed = placeEmbeddings(embeddings, { program, before: 0, length: prompt.length });
      const work = { sequence: model.runner.sequence(), tokens: prompt, promptLength: prompt.length };
      await model.runner.run([{ ...work, embeddings: placed, wanted: "last" }], { tensors });
      const off: string[] = [];
      for (const [name, expected] of states) {
        const all = tensors[name]!;
        const width = all.length / prompt.length;
        const row = (position: number): Float32Array =>
          all.subarray(position * width, (position + 1) * width);
        const kept =
          expected.length === all.length
            ? all
            : Float32Array.from(layerPositions.flatMap((p) => [...row(p)]));
        // States grow from layer to layer; the tolerance is for values of a logit's size.
        const size = Math.max(1, ...expected.map(Math.abs));
        const difference = maxDifference(kept, expected);
        off.push(`${name} ${difference.toExponential(1)}`);
        expect(difference, name).toBeLessThanOrEqual(options.tolerance * size);
      }
      await annotate(`states off by at most: ${off.join(", ")}`);
    } finally {
      await model.close();
    }
  });
}
