import { EngineError } from "../error.ts";
import { label } from "../label.ts";
import type { Op } from "../op.ts";
import type { Tensor } from "../tensor.ts";
import { concat } from "./concat.ts";

/**
 * Rotates pairs of channels of x [rows, heads, size] by cos and sin [rows, pairs] (Su et al. 2021,
 * arXiv:2104.09864). Pairs are (i, i + pairs), or (2i, 2i + 1) when attrs.interleaved; channels past
 * 2 · pairs stay as they are.
 */
export const ropeOp: Op = {
  name: "rope",
  rowwise: true,
  infer([x, cos, sin]) {
    const size = x!.shape[2];
    const pairs = cos!.shape[1];
    const fits =
      typeof size === "number" && typeof pairs === "number" && 2 * pairs <= size && sin!.shape[1] === pairs;
    if (!fits || x!.shape.length !== 3 || cos!.shape[0] !== x!.shape[0]) {
      throw new EngineError("bad-shape", `rope: ${label(x!)} does not fit angles ${label(cos!)}.`);
    }
    return { shape: x!.shape, dtype: "f32" };
  },
  define([x, cosine, sine], attrs) {
    const [rows, heads, size] = x!.shape as [number, number, number];
    const pairs = cosine!.shape[1] as number;
    const turning = x!.slice(2, 0, 2 * pairs);
    const rest = 2 * pairs < size ? [x!.slice(2, 2 * pairs, size)] : [];
    const rotate = (a: Tensor, b: Tensor, axis: number, cos: Tensor, sin: Tensor): Tensor =>
      concat([a.mul(cos).sub(b.mul(sin)), b.mul(cos).add(a.mul(sin))], axis);
    let turned: Tensor;
    if (attrs.interleaved) {
      const paired = turning.reshape([rows, heads, pairs, 2]);
      const [cos, sin] = [cosine!.reshape([rows, 1, pairs, 1]), sine!.reshape([rows, 1, pairs, 1])];
      turned = rotate(paired.slice(3, 0, 1), paired.slice(3, 1, 2), 3, cos, sin).reshape([
        rows,
        heads,
        2 * pairs,
      ]);
    } else {
      const [cos, sin] = [cosine!.reshape([rows, 1, pairs]), sine!.reshape([rows, 1, pairs])];
      turned = rotate(turning.slice(2, 0, pairs), turning.slice(2, pairs, 2 * pairs), 2, cos, sin);
    }
    return concat([turned, ...rest], 2);
  },
};

export function rope(
  x: Tensor,
  cos: Tensor,
  sin: Tensor,
  options: { readonly interleaved?: boolean } = {},
): Tensor {
  return x.graph.emit(ropeOp, [x, cos, sin], { interleaved: options.interleaved ?? false });
}
