import { type Encoding, f16ToF32 } from "@engine/core";

/** A quantized type of ggml: rows are runs of blocks, each holding the codes and the scales of `size` values. */
export interface BlockType {
  /** Our name, ggml's in lower case. */
  readonly type: string;
  /** Values of a block. */
  readonly size: number;
  /** Bytes of a block. */
  readonly bytes: number;
  /** The block at byte `at` as f32 from `out[to]` on. */
  decode(block: Uint8Array, at: number, out: Float32Array, to: number): void;
}

/** The decoder of weights of a block type, which are one part, "data". */
export function blockDecoder({ size, bytes, decode }: BlockType): NonNullable<Encoding["decode"]> {
  return ({ data }, into) => {
    for (let at = 0, to = 0; to < into.length; at += bytes, to += size) decode(data!, at, into, to);
  };
}

export function f16At(bytes: Uint8Array, at: number): number {
  return f16ToF32(u16At(bytes, at));
}

export function u16At(bytes: Uint8Array, at: number): number {
  return bytes[at]! | (bytes[at + 1]! << 8);
}

export function i8At(bytes: Uint8Array, at: number): number {
  return (bytes[at]! << 24) >> 24;
}
