import type { WeightSource } from "@engine/core";

export interface TensorFacts {
  readonly name: string;
  /** The encoding: "f32", "bf16", … */
  readonly type: string;
  readonly shape: readonly number[];
  readonly bytes: number;
}

export interface WeightTotals {
  readonly tensors: number;
  readonly parameters: number;
  readonly bytes: number;
  readonly types: Readonly<Record<string, { readonly tensors: number; readonly parameters: number }>>;
}

/** What the headers say of every tensor, in the order of the files. */
export function tensorFacts(source: Pick<WeightSource, "names" | "describe">): TensorFacts[] {
  return [...source.names()].map((name) => {
    const { type, shape, parts } = source.describe(name)!;
    const bytes = Object.values(parts).reduce((total, part) => total + part.bytes, 0);
    return { name, type, shape, bytes };
  });
}

export function totals(tensors: readonly TensorFacts[]): WeightTotals {
  const types: Record<string, { readonly tensors: number; readonly parameters: number }> = {};
  let [parameters, bytes] = [0, 0];
  for (const { type, shape, bytes: size } of tensors) {
    const count = shape.reduce((product, dim) => product * dim, 1);
    const own = types[type] ?? { tensors: 0, parameters: 0 };
    types[type] = { tensors: own.tensors + 1, parameters: own.parameters + count };
    parameters += count;
    bytes += size;
  }
  return { tensors: tensors.length, parameters, bytes, types };
}
