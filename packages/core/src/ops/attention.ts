import { EngineError } from "../error.ts";
import { label } from "../label.ts";
import type { HostData, Op } from "../op.ts";
import { sameShape } from "../shape.ts";
import type { Tensor } from "../tensor.ts";
import { appendOp } from "./append.ts";
import { rowPlaces } from "./row-places.ts";

export interface AttentionAttrs {
  /** Multiplies q · k. */
  readonly scale: number;
  /** Keys a row sees, itself included; absent: all up to itself. */
  readonly window?: number;
  /** Slope of each head: adds slope · (key place - row place) to its scores (ALiBi, Press et al. 2021, arXiv:2108.12409). */
  readonly slopes?: readonly number[];
  /**
   * Rows of one media block (`StepInput.media`) see each other, whichever comes first; a window reaches back from each
   * row as ever. The number is the length of the longest block to be ready for: a step must hold it whole.
   */
  readonly blocks?: number;
  /** Name of the cache, filled in from the cache that is read. */
  readonly cache: string;
}

/**
 * softmax(scale · q · kᵀ) · v for each row over its own sequence's keys up to its place: q [rows, heads, keyDim] to
 * [rows, heads, valueDim]. Query head h reads key head floor(h / (heads / kvHeads)). A third input, inverse frequencies
 * [rows, keyDim / 2], turns the row's query and all its keys by their places first, in pairs (i, i + keyDim / 2):
 * for rotations that change for keys cached before.
 */
export const attentionOp: Op = {
  name: "attention",
  rowwise: true,
  infer([q, cache, inverse], attrs) {
    const [, k, v] = appended(cache!);
    const heads = q!.shape[1] as number;
    const kvHeads = k.shape[1] as number;
    if (q!.shape.length !== 3 || heads % kvHeads !== 0 || q!.shape[2] !== k.shape[2]) {
      const rule = `must be [rows, a multiple of ${kvHeads}, ${k.shape[2]}]`;
      throw new EngineError("bad-shape", `attention: ${label(q!)} does not fit its keys: it ${rule}.`);
    }
    const { slopes } = attrs as unknown as AttentionAttrs;
    if (slopes && slopes.length !== heads)
      throw new EngineError(
        "bad-shape",
        `attention: ${slopes.length} slopes for the ${heads} heads of ${label(q!)}.`,
      );
    if (inverse && !sameShape(inverse.shape, [q!.shape[0]!, (k.shape[2] as number) / 2]))
      throw new EngineError(
        "bad-shape",
        `attention: ${label(inverse)} are no frequencies for the pairs of ${label(q!)}.`,
      );
    return { shape: [q!.shape[0]!, heads, v.shape[2]!], dtype: "f32" };
  },
  reference([q, , inverse], out, attrs, run) {
    const { scale, slopes, blocks, cache: name, ...reach } = attrs as unknown as AttentionAttrs;
    const { window = Number.POSITIVE_INFINITY } = reach;
    const cache = run.cache(name);
    const { heads: kvHeads, keyDim, valueDim } = cache.spec;
    const heads = q!.shape[1]!;
    rowPlaces(run.step, run.symbols[0] as "tokens" | "rows").forEach(({ sequence, place, blockEnd }, row) => {
      const first = Math.max(0, place - window + 1);
      const last = blocks ? blockEnd : place;
      const weights = new Float64Array(last - first + 1);
      const speeds = inverse?.data.subarray((row * keyDim) / 2, ((row + 1) * keyDim) / 2);
      const queries = turned(
        q!.data.subarray(row * heads * keyDim, (row + 1) * heads * keyDim),
        place,
        speeds,
      );
      const keys = Array.from({ length: last - first + 1 }, (_, i) =>
        turned(cache.key(sequence, first + i), first + i, speeds),
      );
      for (let h = 0; h < heads; h++) {
        const kv = Math.floor(h / (heads / kvHeads));
        const slope = slopes?.[h] ?? 0;
        let top = Number.NEGATIVE_INFINITY;
        for (let p = first; p <= last; p++) {
          const key = keys[p - first]!;
          let dot = 0;
          for (let i = 0; i < keyDim; i++) dot += queries[h * keyDim + i]! * key[kv * keyDim + i]!;
          const score = dot * scale + slope * (p - place);
          weights[p - first] = score;
          top = Math.max(top, score);
        }
        let total = 0;
        const sums = new Float64Array(valueDim);
        for (let p = first; p <= last; p++) {
          const weight = Math.exp(weights[p - first]! - top);
          const value = cache.value(sequence, p);
          total += weight;
          for (let i = 0; i < valueDim; i++) sums[i]! += weight * value[kv * valueDim + i]!;
        }
        for (let i = 0; i < valueDim; i++) out.data[(row * heads + h) * valueDim + i] = sums[i]! / total;
      }
    });
  },
};

/** Heads [n, size] turned by place · speeds [size / 2]; as they are without. */
function turned(heads: HostData, place: number, speeds: HostData | undefined): HostData {
  if (!speeds) return heads;
  const pairs = speeds.length;
  return heads.map((x, at) => {
    const i = at % (2 * pairs);
    const angle = Math.fround(place * speeds[i % pairs]!);
    return i < pairs
      ? x * Math.cos(angle) - heads[at + pairs]! * Math.sin(angle)
      : x * Math.cos(angle) + heads[at - pairs]! * Math.sin(angle);
  }) as HostData;
}

function appended(cache: Tensor): [Tensor, Tensor, Tensor] {
  if (cache.node.op.name !== appendOp.name) {
    throw new EngineError("bad-shape", `attention: ${label(cache)} is read before its owner appended to it.`);
  }
  return cache.node.inputs.map((node) => cache.graph.tensor(node)) as [Tensor, Tensor, Tensor];
}

export interface AttentionOptions extends Omit<AttentionAttrs, "cache"> {
  /** Inverse frequencies [rows, keyDim / 2] by which queries and cached keys turn; they come unturned then. */
  readonly turns?: Tensor;
}

export function attention(q: Tensor, cache: Tensor, { turns, ...options }: AttentionOptions): Tensor {
  const inputs = turns ? [q, cache, turns] : [q, cache];
  return q.graph.emit(attentionOp, inputs, { ...options, cache: cache.node.attrs.cache });
}
