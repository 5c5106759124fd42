import { EngineError } from "../error.ts";
import { label } from "../label.ts";
import type { Op } from "../op.ts";
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
  /** Name of the cache, filled in from the cache that is read. */
  readonly cache: string;
}

/**
 * softmax(scale · q · kᵀ) · v for each row over its own sequence's keys up to its place: q [rows, heads, keyDim] to
 * [rows, heads, valueDim]. Query head h reads key head floor(h / (heads / kvHeads)).
 */
export const attentionOp: Op = {
  name: "attention",
  rowwise: true,
  infer([q, cache], attrs) {
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
    return { shape: [q!.shape[0]!, heads, v.shape[2]!], dtype: "f32" };
  },
  reference([q], out, attrs, run) {
    const {
      scale,
      window = Number.POSITIVE_INFINITY,
      slopes,
      cache: name,
    } = attrs as unknown as AttentionAttrs;
    const cache = run.cache(name);
    const { heads: kvHeads, keyDim, valueDim } = cache.spec;
    const heads = q!.shape[1]!;
    rowPlaces(run.step, run.symbols[0] as "tokens" | "rows").forEach(({ sequence, place }, row) => {
      const first = Math.max(0, place - window + 1);
      const weights = new Float64Array(place - first + 1);
      for (let h = 0; h < heads; h++) {
        const kv = Math.floor(h / (heads / kvHeads));
        const query = (row * heads + h) * keyDim;
        const slope = slopes?.[h] ?? 0;
        let top = Number.NEGATIVE_INFINITY;
        for (let p = first; p <= place; p++) {
          const key = cache.key(sequence, p);
          let dot = 0;
          for (let i = 0; i < keyDim; i++) dot += q!.data[query + i]! * key[kv * keyDim + i]!;
          const score = dot * scale + slope * (p - place);
          weights[p - first] = score;
          top = Math.max(top, score);
        }
        let total = 0;
        const sums = new Float64Array(valueDim);
        for (let p = first; p <= place; p++) {
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

function appended(cache: Tensor): [Tensor, Tensor, Tensor] {
  if (cache.node.op.name !== appendOp.name) {
    throw new EngineError("bad-shape", `attention: ${label(cache)} is read before its owner appended to it.`);
  }
  return cache.node.inputs.map((node) => cache.graph.tensor(node)) as [Tensor, Tensor, Tensor];
}

export function attention(q: Tensor, cache: Tensor, options: Omit<AttentionAttrs, "cache">): Tensor {
  return q.graph.emit(attentionOp, [q, cache], { ...options, cache: cache.node.attrs.cache });
}
