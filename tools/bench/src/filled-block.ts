import { type CacheSpec, encodeHeads, roundHeads } from "@engine/core";

/** Bytes of a block of so many places, full of numbers between -1 and 1. */
export function filledBlock({ dtype, heads, keyDim, valueDim }: CacheSpec, places: number): Uint8Array {
  const parts = [keyDim, valueDim].map((dim) => {
    const values = Float32Array.from({ length: heads * places * dim }, (_, i) => Math.sin(i * 1.3));
    const rounded = roundHeads(dtype, values, dim);
    return { codes: encodeHeads(dtype, rounded, dim), scales: new Uint8Array(rounded.scales.buffer) };
  });
  return Uint8Array.from(
    Buffer.concat([...parts.map(({ codes }) => codes), ...parts.map(({ scales }) => scales)]),
  );
}
