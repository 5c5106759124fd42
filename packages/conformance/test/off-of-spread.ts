import type { Golden } from "../src/golden.ts";

/**
 * How far logits of a golden's prompt are from transformers' in f32: the root of their mean square difference, as a share of
 * the logits' standard deviation.
 */
export function offOfSpread(logits: Float32Array, { vocab, prompt, logits: all }: Golden): number {
  const far = { squares: 0, spread: 0 };
  for (let row = 0; row < prompt.length; row++) {
    const expected = all.subarray(row * vocab, (row + 1) * vocab);
    expected.forEach((x, i) => {
      far.squares += (logits[row * vocab + i]! - x) ** 2;
    });
    far.spread += vocab * variance(expected);
  }
  return Math.sqrt(far.squares / far.spread);
}

function variance(values: Float32Array): number {
  const mean = values.reduce((sum, x) => sum + x, 0) / values.length;
  return values.reduce((sum, x) => sum + (x - mean) ** 2, 0) / values.length;
}
