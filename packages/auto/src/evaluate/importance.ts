import { EngineError, type Watch } from "@engine/core";
import type { Model } from "../model.ts";

/**
 * How large each input of each weight is over some texts, root mean square [inputs], by the weight's name: what a squared
 * error of that column is to count. (Its mean square would be the error's share in the product, if inputs were
 * independent; they are not, and the root gave lower perplexities.) The model must have been loaded with `taps:
 * "inputs"`; throws `bad-option` where it was not.
 */
export async function measureImportance(
  model: Pick<Model, "logits">,
  pieces: readonly (readonly number[])[],
  { signal, onProgress }: Watch = {},
): Promise<Map<string, Float32Array>> {
  const total = pieces.reduce((sum, ids) => sum + ids.length, 0);
  const squares = new Map<string, Float64Array>();
  let before = 0;
  for (const ids of pieces) {
    await model.logits(ids, {
      taps: "all",
      onTap(name, _, values, width) {
        const sums = squares.get(name) ?? new Float64Array(width);
        squares.set(name, sums);
        for (let i = 0; i < values.length; i++) sums[i % width]! += values[i]! ** 2;
      },
      onRow: () => {},
      onProgress: (done) => onProgress?.(before + done, total, "calibrating"),
      ...(signal && { signal }),
    });
    before += ids.length;
  }
  if (squares.size === 0)
    throw new EngineError(
      "bad-option",
      'There are no inputs of weights to measure: load the model with taps: "inputs".',
    );
  return new Map(
    [...squares].map(([name, sums]) => [name, Float32Array.from(sums, (sum) => Math.sqrt(sum / before))]),
  );
}
