import type { Architecture, Backend } from "@engine/core";
import { expect, test } from "vitest";
import { argmax } from "./argmax.ts";
import { type Golden, readGolden } from "./golden.ts";
import { type GoldenModelOptions, openGoldenModel } from "./golden-model.ts";
import { maxDifference } from "./tolerance.ts";

export interface GgufTestOptions {
  readonly backend: Backend;
  /** Largest difference of a logit from what is expected; 2e-3 unless told. */
  readonly tolerance?: number;
  readonly threads?: number;
  /**
   * Keys of config.json that the format cannot hold, as the file is read without them. The checkpoint, read with
   * these, is then what the file is held to: the golden shows what gets lost.
   */
  readonly lost?: Readonly<Record<string, unknown>>;
}

/**
 * Registers a test that a family gives a golden's logits and greedy text from the same model as a GGUF file. Call
 * it in a vitest file.
 */
export function testGguf<C>(
  architecture: Architecture<C>,
  goldenFolder: string,
  ggufFile: string,
  { tolerance = 2e-3, lost, ...options }: GgufTestOptions,
): void {
  const { backend } = options;
  const name = goldenFolder.replace(/\/+$/, "").split("/").at(-1)!;
  test(`${architecture.name} reads ${name} from GGUF, backend ${backend.name}`, async ({
    skip,
    annotate,
  }) => {
    const reason = backend.unavailable();
    if (reason !== undefined) return skip(reason);
    const golden = await readGolden(goldenFolder);
    const expected = lost
      ? await answers(architecture, goldenFolder, golden, { ...options, config: lost })
      : { logits: golden.logits, decoded: golden.decodeLogits, picked: golden.greedy };
    const found = await answers(architecture, ggufFile, golden, options);
    const off = Math.max(
      maxDifference(found.logits, expected.logits),
      maxDifference(found.decoded, expected.decoded),
    );
    await annotate(`logits off by at most ${off.toExponential(2)}`);
    expect(off).toBeLessThanOrEqual(tolerance);
    expect(found.picked).toEqual(expected.picked);
  });
}

/** Logits of the prompt and of the golden's greedy text after it, and the best token at each place. */
async function answers<C>(
  architecture: Architecture<C>,
  path: string,
  { prompt, greedy, vocab }: Golden,
  options: GoldenModelOptions,
): Promise<{
  readonly logits: Float32Array;
  readonly decoded: Float32Array;
  readonly picked: readonly number[];
}> {
  const model = await openGoldenModel(architecture, path, options);
  try {
    const sequence = model.runner.sequence();
    const logits = await model.read(sequence, { tokens: prompt, prompt: prompt.length });
    const decoded = new Float32Array((greedy.length - 1) * vocab);
    const picked = [argmax(logits.subarray(-vocab))];
    for (let i = 0; i + 1 < greedy.length; i++) {
      const [row] = await model.step([[sequence, { tokens: [greedy[i]!] }]]);
      decoded.set(row!, i * vocab);
      picked.push(argmax(row!));
    }
    return { logits, decoded, picked };
  } finally {
    await model.close();
  }
}
