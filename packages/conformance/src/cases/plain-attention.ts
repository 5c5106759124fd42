/** Rows of all sequences, one after the other. */
export interface Layout {
  readonly lengths: readonly number[];
  readonly heads: number;
  readonly kvHeads: number;
  readonly keyDim: number;
  readonly valueDim: number;
  readonly scale: number;
  readonly slopes: readonly number[] | undefined;
  readonly window: number | undefined;
  /** The last row each row sees. */
  readonly ends: readonly number[];
  /** Inverse frequencies [rows, keyDim / 2] by which a row's query and keys turn. */
  readonly inverse: Float32Array | undefined;
}

/** Attention over each whole sequence at once, with a mask. */
export function plainAttention(
  q: Float32Array,
  k: Float32Array,
  v: Float32Array,
  layout: Layout,
): Float64Array {
  const {
    lengths,
    heads,
    kvHeads,
    keyDim,
    valueDim,
    scale,
    slopes,
    ends,
    inverse,
    window = Number.POSITIVE_INFINITY,
  } = layout;
  const out = new Float64Array((q.length / keyDim) * valueDim);
  let first = 0;
  for (const length of lengths) {
    for (let row = first; row < first + length; row++) {
      for (let h = 0; h < heads; h++) {
        const kvHead = Math.floor((h * kvHeads) / heads);
        const speeds = inverse?.subarray((row * keyDim) / 2, ((row + 1) * keyDim) / 2);
        const turn = (x: Float32Array, other: number): ArrayLike<number> =>
          speeds ? turned(x, speeds, other - first) : x;
        const query = [
          ...(turn(q.subarray((row * heads + h) * keyDim, (row * heads + h + 1) * keyDim), row) as number[]),
        ];
        const scores: number[] = [];
        const seen: number[] = [];
        for (let other = first; other <= ends[row]!; other++) {
          if (row - other >= window) continue;
          seen.push(other);
          const at = (other * kvHeads + kvHead) * keyDim;
          const key = turn(k.subarray(at, at + keyDim), other);
          const bias = (slopes?.[h] ?? 0) * (other - row);
          scores.push(bias + scale * query.reduce((sum, x, i) => sum + x * key[i]!, 0));
        }
        const top = Math.max(...scores);
        const weights = scores.map((score) => Math.exp(score - top));
        const total = weights.reduce((sum, weight) => sum + weight, 0);
        weights.forEach((weight, n) => {
          for (let i = 0; i < valueDim; i++) {
            const value = v[(seen[n]! * kvHeads + kvHead) * valueDim + i]!;
            out[(row * heads + h) * valueDim + i]! += (weight / total) * value;
          }
        });
      }
    }
    first += length;
  }
  return out;
}

/** Pairs (i, i + half) turned by place · speeds. */
function turned(x: Float32Array, speeds: Float32Array, place: number): Float64Array {
  const half = speeds.length;
  return Float64Array.from(x, (value, i) => {
    const angle = place * speeds[i % half]!;
    const other = i < half ? -x[i + half]! : x[i - half]!;
    return value * Math.cos(angle) + other * Math.sin(angle);
  });
}
