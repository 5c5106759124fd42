import type { OpCall, Shape } from "@engine/core";

/** Storage types the kernels read in place. */
export const STORED: Readonly<Record<string, { readonly code: number; readonly bytes: number }>> = {
  f32: { code: 0, bytes: 4 },
  f16: { code: 1, bytes: 2 },
  bf16: { code: 2, bytes: 2 },
};
const MAX_RANK = 8;
/** Query heads of one key head. */
const MAX_GROUP = 1024;
/** Ops that move i32 values as well as f32. */
const MOVES = new Set(["slice", "concat", "wanted", "reshape", "cast"]);
/** Ops whose second input is i32 ids. */
const BY_ID = new Set(["gather", "take", "expert-matmul"]);
const ATTRS: Readonly<Record<string, readonly string[]>> = {
  attention: ["scale", "window", "slopes", "blocks", "cache"],
  rope: ["interleaved"],
  "rms-norm": ["eps"],
};

/** Whether the kernels run this call: asked with shapes and types, answered for just those. */
export function supports({ op, shapes, types, attrs }: OpCall, kernels: readonly string[]): boolean {
  if (!op.view && !kernels.includes(op.name)) return false;
  if (!shapes.every(isBound)) return false;
  const known = ATTRS[op.name];
  if (known && !Object.keys(attrs).every((key) => known.includes(key) || attrs[key] === undefined))
    return false;
  // A weight may be of any type: one without kernels is decoded to f32 while it is loaded.
  return types.every((type, i) => type !== "i32" || takesIds(op.name, i)) && fits(op.name, shapes);
}

function isBound(shape: Shape): boolean {
  return (
    shape.length <= MAX_RANK &&
    shape.every((dim) => typeof dim === "number" || dim === "tokens" || dim === "rows")
  );
}

function takesIds(op: string, input: number): boolean {
  return MOVES.has(op) || (BY_ID.has(op) && input === 1);
}

function fits(op: string, shapes: readonly Shape[]): boolean {
  const fixed = (shape: Shape | undefined, axis: number): boolean => typeof shape?.at(axis) === "number";
  switch (op) {
    case "rope":
      return fixed(shapes[0], 1) && fixed(shapes[0], 2);
    case "gather":
      return fixed(shapes[0], 0) && shapes[1]!.length < MAX_RANK;
    case "attention":
      return fixed(shapes[0], 1) && (shapes[0]![1] as number) <= MAX_GROUP;
    default:
      return true;
  }
}
