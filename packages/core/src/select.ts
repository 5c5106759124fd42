import { philox } from "./numeric/philox.ts";
import type { Select } from "./step-input.ts";

export interface SelectedRow {
  readonly ids: Int32Array;
  readonly values: Float32Array;
  /** Log-sum-exp of the raw logits, and of the adjusted, masked and tempered ones. */
  readonly lse: readonly [number, number];
}

/** One row's logits adjusted, masked and divided by the temperature, in a new array. */
export function temperedLogits(raw: Float32Array, row: number, select: Select): Float32Array {
  const logits = Float32Array.from(raw);
  adjust(logits, row, select);
  if (select.mask) {
    const words = Math.ceil(logits.length / 32);
    for (let id = 0; id < logits.length; id++) {
      if (((select.mask[row * words + (id >> 5)]! >>> (id & 31)) & 1) === 0)
        logits[id] = Number.NEGATIVE_INFINITY;
    }
  }
  const temperature = select.temperature[row]!;
  if (temperature > 0) for (let id = 0; id < logits.length; id++) logits[id]! /= temperature;
  return logits;
}

/** The meaning of `Select` for one row: what every device's last op computes. Leaves `raw` as it is. */
export function selectRow(raw: Float32Array, row: number, select: Select): SelectedRow {
  const logits = temperedLogits(raw, row, select);
  const temperature = select.temperature[row]!;
  const noise = select.noise?.subarray(4 * row, 4 * row + 4);
  // A counter of zero is no draw: rows with and without noise share a step.
  const noisy = temperature > 0 && noise && (noise[2] !== 0 || noise[3] !== 0);
  const keys = noisy ? withGumbel(logits, noise) : logits;
  const ids = top(keys, Math.min(select.top, logits.length));
  return {
    ids,
    values: Float32Array.from(ids, (id) => logits[id]!),
    lse: [logSumExp(raw), logSumExp(logits)],
  };
}

function adjust(logits: Float32Array, row: number, { adjust: changes }: Select): void {
  changes?.row.forEach((target, i) => {
    if (target !== row) return;
    const id = changes.id[i]!;
    const x = logits[id]!;
    logits[id] = (x > 0 ? x / changes.divide[i]! : x * changes.divide[i]!) + changes.add[i]!;
  });
}

/** The largest of logit + Gumbel noise is an exact draw from their softmax. */
function withGumbel(logits: Float32Array, [k0, k1, c0, c1]: Uint32Array): Float32Array {
  const keys = new Float32Array(logits.length);
  for (let id = 0; id < logits.length; id += 4) {
    philox([k0!, k1!], [c0!, c1!, id >> 2, 0]).forEach((word, lane) => {
      if (id + lane < keys.length)
        keys[id + lane] = logits[id + lane]! - Math.log(-Math.log((word + 0.5) * 2 ** -32));
    });
  }
  return keys;
}

/** Indices of the `count` largest, best first; ties go to the smaller index. */
function top(keys: Float32Array, count: number): Int32Array {
  const best: number[] = [];
  for (let id = 0; id < keys.length; id++) {
    if (best.length === count && !(keys[id]! > keys[best[count - 1]!]!)) continue;
    let low = 0;
    for (let high = best.length; low < high; ) {
      const middle = (low + high) >> 1;
      if (keys[best[middle]!]! >= keys[id]!) low = middle + 1;
      else high = middle;
    }
    best.splice(low, 0, id);
    if (best.length > count) best.pop();
  }
  return Int32Array.from(best);
}

function logSumExp(values: Float32Array): number {
  let top = Number.NEGATIVE_INFINITY;
  for (const value of values) if (value > top) top = value;
  if (top === Number.NEGATIVE_INFINITY) return top;
  let total = 0;
  for (const value of values) total += Math.exp(value - top);
  return top + Math.log(total);
}
