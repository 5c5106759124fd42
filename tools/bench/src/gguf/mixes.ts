import { blockOf, type TypeName } from "./random-blocks.ts";
import type { GgufTensor } from "./write-gguf.ts";

export const MIXES = ["q4_0", "q8_0", "q4_k_m", "bf16", "f16"] as const;
export type Mix = (typeof MIXES)[number];

/** As llama.cpp's own mixes: the head in q6_k below 8 bits; some values and down projections in q6_k for Q4_K_M. */
function typeOf(mix: Mix, name: string, layer: number, layers: number): TypeName {
  const isHead = name === "token_embd";
  if (mix === "q4_0") return isHead ? "q6_k" : "q4_0";
  if (mix !== "q4_k_m") return mix;
  const more = layer < layers / 8 || layer >= (7 * layers) / 8 || (layer - Math.floor(layers / 8)) % 3 === 2;
  return isHead || (more && (name === "attn_v" || name === "ffn_down")) ? "q6_k" : "q4_k";
}

export interface TensorMaker {
  /** A matrix in the mix's type; of layer `i`, or of the whole model. */
  matrix(name: string, shape: readonly number[], i?: number): GgufTensor;
  /** What mixes leave as the checkpoint has it. */
  kept(name: string, shape: readonly number[], i?: number): GgufTensor;
  /** f32, all ones. */
  vector(name: string, size: number, i?: number): GgufTensor;
}

export function tensorMaker(mix: Mix, layers: number): TensorMaker {
  const full = (name: string, i?: number): string => `${i === undefined ? "" : `blk.${i}.`}${name}.weight`;
  return {
    matrix(name, shape, i) {
      const type = typeOf(mix, name, i ?? 0, layers);
      // Rows that are no whole blocks of 256 fall back to blocks of 32.
      const fits = shape.at(-1)! % blockOf(type).size === 0;
      return { name: full(name, i), shape, type: fits ? type : "q8_0" };
    },
    kept: (name, shape, i) => ({ name: full(name, i), shape, type: mix === "f16" ? "f16" : "bf16" }),
    vector: (name, size, i) => ({ name: full(name, i), shape: [size], type: "f32" }),
  };
}
