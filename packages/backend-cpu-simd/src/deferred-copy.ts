import { EngineError, type Watch } from "@engine/core";
import { type Copied, piecesOf } from "./copy-weights.ts";
import type { NativeWeights } from "./native.ts";
import { translated } from "./native-error.ts";
import { SourceFiles } from "./stream-layout.ts";

/** Bytes of weights that are worth it: fewer are copied in the time of a few tokens. */
const LEAST_ALL = 32 * 2 ** 20;
export const LEAST_ONE = 256 * 2 ** 10;
/** Of one job. The first one is small: a first step may be waiting behind it. Larger ones cost memory at the peak. */
const FIRST_JOB = 16 * 2 ** 20;
const MOST_JOB = 32 * 2 ** 20;

/**
 * Has large weights used where their files are mapped, as far as the page cache has them, until `settle` copied them; which
 * ones. All others are still to be copied.
 */
export function defer(
  native: NativeWeights,
  weights: readonly Copied[],
  { region, watch }: { region: number; watch: Watch },
): readonly Copied[] {
  if (watch.signal?.aborted) throw new EngineError("aborted", "Loading stopped before its first weight.");
  const large = weights.filter(({ inPlace, bytes }) => inPlace && bytes >= LEAST_ONE);
  if (large.reduce((sum, { bytes }) => sum + bytes, 0) < LEAST_ALL) return [];
  const files = new SourceFiles();
  const inOrder = large.toSorted((a, b) => a.lastUse - b.lastUse);
  const pieces = inOrder.flatMap((weight) => [...piecesOf(weight, Number.POSITIVE_INFINITY)]);
  const words = Float64Array.from(pieces.flatMap((piece) => piece.words(files)));
  const deferred = translated(() => native.defer(Int32Array.from(files.fds), files.paths, region, words));
  return deferred ? large : [];
}

/** Copies what was deferred, a job at a time between steps, until `ended`. Never throws. */
export async function settle(native: NativeWeights, ended: () => boolean): Promise<void> {
  try {
    for (let bytes = FIRST_JOB; !ended() && (await native.settle(bytes)); )
      bytes = Math.min(2 * bytes, MOST_JOB);
  } catch {
    // The rest is used where it is mapped; a step says what is wrong with its file.
  }
}
