import type { WeightSource } from "@engine/core";

/** Bytes of one row of a weight over all its parts. */
export function rowBytes(source: Pick<WeightSource, "describe">, name: string): number {
  return Object.values(source.describe(name)?.parts ?? {}).reduce((total, part) => total + part.rowBytes, 0);
}
