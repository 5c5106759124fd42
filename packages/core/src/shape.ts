/**
 * A number, or a symbol bound at each run. "tokens": all rows of the step; "rows": those whose output is
 * wanted (0 is allowed); "sequences": one each.
 */
export type Dim = number | "tokens" | "rows" | "sequences" | (string & {});
export type Shape = readonly Dim[];
/** The sizes of a step's symbols. */
export type Bindings = Readonly<Record<string, number>>;
export type DType = "f32" | "bf16" | "f16" | "i32" | "i8" | "u8" | "bool";

const BYTES: Readonly<Record<DType, number>> = { f32: 4, bf16: 2, f16: 2, i32: 4, i8: 1, u8: 1, bool: 1 };

export function bytesOf(dtype: DType): number {
  return BYTES[dtype];
}

/** The shape with every symbol replaced by its size; throws on a symbol the step does not bind. */
export function bind(shape: Shape, bindings: Bindings): number[] {
  return shape.map((dim) => {
    if (typeof dim === "number") return dim;
    const size = bindings[dim];
    if (size === undefined) throw new RangeError(`the step binds no size to "${dim}"`);
    return size;
  });
}

export function elements(shape: readonly number[]): number {
  return shape.reduce((product, dim) => product * dim, 1);
}

export function sameShape(a: Shape, b: Shape): boolean {
  return a.length === b.length && a.every((dim, i) => dim === b[i]);
}

/** Numpy's rule, with symbols equal only to themselves; undefined when the two do not fit. */
export function broadcast(a: Shape, b: Shape): Shape | undefined {
  const rank = Math.max(a.length, b.length);
  const out: Dim[] = [];
  for (let i = 0; i < rank; i++) {
    const x = a[a.length - rank + i] ?? 1;
    const y = b[b.length - rank + i] ?? 1;
    if (x !== y && x !== 1 && y !== 1) return undefined;
    out.push(x === 1 ? y : x);
  }
  return out;
}

export function showShape(shape: Shape): string {
  return `[${shape.join(", ")}]`;
}
