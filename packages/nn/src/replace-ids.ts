import { cast, greater, type Tensor, toInt } from "@engine/core";

/** i32 ids [tokens] with those of `from` (whole numbers) replaced by `to`. */
export function replaceIds(ids: Tensor, from: readonly number[], to: number): Tensor {
  if (from.length === 0) return ids;
  const x = cast(ids);
  // x > id - 1 and not x > id: equal to id.
  const moved = from.map((id) =>
    greater(x, id - 1)
      .sub(greater(x, id))
      .mul(to - id),
  );
  return toInt(moved.reduce((sum, move) => sum.add(move), x));
}

/** i32 ids [tokens] with those outside a table of `size` rows replaced by row 0. */
export function idsWithin(ids: Tensor, size: number): Tensor {
  const x = cast(ids);
  return toInt(
    x.mul(
      greater(x, size - 1)
        .mul(-1)
        .add(1),
    ),
  );
}
