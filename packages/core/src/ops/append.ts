import { EngineError } from "../error.ts";
import { label } from "../label.ts";
import type { Op } from "../op.ts";
import type { Tensor } from "../tensor.ts";
import { rowPlaces } from "./row-places.ts";

/** Stores k [tokens, heads, keyDim] and v [tokens, heads, valueDim] at each row's place; gives the cache after it. */
export const appendOp: Op = {
  name: "append",
  rowwise: false,
  effect: true,
  infer([cache, k, v]) {
    const fits =
      k!.shape.length === 3 &&
      v!.shape.length === 3 &&
      k!.shape[1] === v!.shape[1] &&
      v!.shape[0] === "tokens";
    if (!fits || k!.shape[0] !== "tokens") {
      throw new EngineError(
        "bad-shape",
        `append: keys ${label(k!)} and values ${label(v!)} must be [tokens, heads, size] with the same heads.`,
      );
    }
    return { shape: cache!.shape, dtype: "f32" };
  },
  reference([, k, v], _, attrs, run) {
    const cache = run.cache(attrs.cache as string);
    const [keys, values] = [k!.data as Float32Array, v!.data as Float32Array];
    const keyWidth = k!.shape[1]! * k!.shape[2]!;
    const valueWidth = v!.shape[1]! * v!.shape[2]!;
    rowPlaces(run.step, "tokens").forEach(({ sequence, place }, row) => {
      const key = keys.subarray(row * keyWidth, (row + 1) * keyWidth);
      cache.write(sequence, place, key, values.subarray(row * valueWidth, (row + 1) * valueWidth));
    });
  },
};

export function append(cache: Tensor, name: string, k: Tensor, v: Tensor): Tensor {
  return k.graph.emit(appendOp, [cache, k, v], { cache: name });
}
