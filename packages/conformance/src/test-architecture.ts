import type { Architecture, Backend, Residency } from "@engine/core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { argmax } from "./argmax.ts";
import { type Golden, promptOf, readGolden } from "./golden.ts";
import { type GoldenModel, openGoldenModel } from "./golden-model.ts";
import { testBatches } from "./test-batches.ts";
import { testFarPositions } from "./test-far-positions.ts";
import { testRestore } from "./test-restore.ts";
import { testStates } from "./test-states.ts";
import { testVariants } from "./test-variants.ts";
import { maxDifference } from "./tolerance.ts";

export interface ArchitectureTestOptions {
  readonly backend: Backend;
  /** Largest difference of a logit from the golden's; 2e-3 unless told. */
  readonly tolerance?: number;
  readonly residency?: Residency;
  readonly threads?: number;
}

/** Rows of a prefill step; 0 stands for the whole prompt. */
const CHUNKS = [0, 7, 1] as const;

/**
 * Registers the tests of a family on a golden folder (config.json, weights, golden.json, golden.safetensors):
 * logits and states as in transformers, the greedy text, any chunking and any batch to the bit. Call it in a
 * vitest file. Where the backend is unavailable there is one skipped test with its own sentence.
 */
export function testArchitecture<C>(
  architecture: Architecture<C>,
  goldenFolder: string,
  options: ArchitectureTestOptions,
): void {
  const { backend, tolerance = 2e-3 } = options;
  const name = goldenFolder.replace(/\/+$/, "").split("/").at(-1)!;
  describe(`${architecture.name} on ${name}, backend ${backend.name}`, () => {
    const reason = backend.unavailable();
    if (reason !== undefined) {
      test("is available", ({ skip }) => skip(reason));
      return;
    }
    let golden: Golden;
    let model: GoldenModel;
    beforeAll(async () => {
      golden = await readGolden(goldenFolder);
      model = await openGoldenModel(architecture, goldenFolder, options);
    });
    afterAll(() => model?.close());

    for (const chunk of CHUNKS) {
      const size = (): number => chunk || golden.prompt.length;
      test(`prompt and greedy text, read ${chunk || "all"} at a time`, async ({ annotate }) => {
        const { greedy, vocab } = golden;
        expect(model.vocab).toBe(vocab);
        const sequence = model.runner.sequence();
        const logits = await model.read(sequence, promptOf(golden), size());
        const off = maxDifference(logits, golden.logits);
        await annotate(`prompt logits off by at most ${off.toExponential(2)}`);
        expect(off).toBeLessThanOrEqual(tolerance);

        const decoded = new Float32Array(golden.decodeLogits.length);
        const picked = [argmax(logits.subarray(-vocab))];
        for (let i = 0; i + 1 < greedy.length; i++) {
          // The golden's token goes on even where a near tie was lost, so that one slip stays one.
          const [row] = await model.step([[sequence, { tokens: [greedy[i]!] }]]);
          decoded.set(row!, i * vocab);
          picked.push(argmax(row!));
        }
        const offDecoded = maxDifference(decoded, golden.decodeLogits);
        await annotate(`decoded logits off by at most ${offDecoded.toExponential(2)}`);
        expect(picked).toEqual(greedy);
        expect(offDecoded).toBeLessThanOrEqual(tolerance);
        sequence.clear();
      });
    }

    testBatches(
      () => model,
      () => golden,
    );
    testVariants(
      architecture,
      () => model,
      () => golden,
      options,
    );
    testRestore(
      architecture,
      () => model,
      () => golden,
      options,
    );
    testFarPositions(
      goldenFolder,
      () => model,
      () => golden,
      { tolerance },
    );
    testStates(architecture, () => golden, { ...options, tolerance });
  });
}
