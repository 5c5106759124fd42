/** What cuts the tail of a distribution; probabilities are those of the tempered logits left by what came before. */
export interface Cuts {
  readonly topP: number;
  readonly minP: number;
}

/**
 * How many of the candidates stay, at least one: a token stays while those before it do not reach topP, and while
 * it is at least minP times as likely as the first. Undefined when the candidates end before either cut.
 * `values` are logits, best first; `lse` is the log-sum-exp of all that are in the draw; `complete`: no candidate is missing.
 */
export function keptCount(
  values: Float32Array,
  lse: number,
  { topP, minP, complete }: Cuts & { readonly complete: boolean },
): number | undefined {
  const least = minP > 0 ? values[0]! + Math.log(minP) : Number.NEGATIVE_INFINITY;
  let mass = 0;
  for (let i = 0; i < values.length; i++) {
    if (i > 0 && ((topP < 1 && mass >= topP) || values[i]! < least)) return i;
    mass += Math.exp(values[i]! - lse);
  }
  return complete || (topP < 1 && mass >= topP) ? values.length : undefined;
}

/** Log-sum-exp of logits, best first. */
export function logSumExp(values: Float32Array): number {
  const top = values[0]!;
  let total = 0;
  for (const value of values) total += Math.exp(value - top);
  return top + Math.log(total);
}

/** The index that a uniform number from 0 to 1 falls on, when each is as wide as its probability. */
export function drawIndex(values: Float32Array, uniform: number): number {
  let total = 0;
  for (const value of values) total += Math.exp(value - values[0]!);
  let left = uniform * total;
  let last = 0;
  for (let i = 0; i < values.length; i++) {
    const width = Math.exp(values[i]! - values[0]!);
    if (width === 0) continue;
    left -= width;
    last = i;
    if (left < 0) break;
  }
  return last;
}

/** Ids of the `count` largest logits, best first; ties go to the smaller id. */
export function largest(logits: Float32Array, count: number): Int32Array {
  const least = logits.toSorted()[logits.length - count]!;
  const ids: number[] = [];
  let ties = count;
  for (const value of logits) if (value > least) ties--;
  logits.forEach((value, id) => {
    if (value > least || (value === least && ties-- > 0)) ids.push(id);
  });
  return Int32Array.from(ids.sort((a, b) => logits[b]! - logits[a]! || a - b));
}
