import { type CacheDType, headBytes } from "./numeric/cache-values.ts";

/** Keys and values of one owner. Caches of equal window form a group and share its block tables. */
export interface CacheSpec {
  readonly name: string;
  readonly group: number;
  readonly heads: number;
  readonly keyDim: number;
  readonly valueDim: number;
  /** Keys a row may see, itself included; absent: all before it. */
  readonly window?: number;
  readonly dtype: CacheDType;
}

/** What a reference sees of a cache. Heads stand together: a row is [heads, keyDim] or [heads, valueDim]. */
export interface CacheRows {
  readonly spec: CacheSpec;
  /** Rounded to the cache's dtype on the way in, as `roundHeads` says. */
  write(sequence: number, place: number, key: Float32Array, value: Float32Array): void;
  key(sequence: number, place: number): Float32Array;
  value(sequence: number, place: number): Float32Array;
}

/** A value of fixed size that a recurrent op keeps for each sequence, f32. */
export interface StateSpec {
  readonly name: string;
  readonly shape: readonly number[];
}

/** What a reference sees of a state: the slot a sequence reads, and the one it writes. */
export interface StateSlots {
  /** Zeros for a sequence without a past. */
  read(sequence: number): Float32Array;
  write(sequence: number, values: Float32Array): void;
}

export interface StateSize {
  /** Places in a block; a power of two from 16 to 256. */
  readonly blockTokens: number;
  /** Blocks in the pool of each cache group. */
  readonly blocks: readonly number[];
  /** Slots of recurrent state; a sequence reads one and writes another in a step. None unless told. */
  readonly slots?: number;
}

/**
 * Holds the bytes; whose block is whose is the runtime's bookkeeping.
 * A block's bytes, the same on all devices: keys [heads, blockTokens, keyDim], then values
 * [heads, blockTokens, valueDim], in the cache's dtype, little-endian; int8: the codes of both, then the f32 scales of
 * the keys [heads, blockTokens] and of the values. A slot's: its shape's f32 values.
 */
export interface StateStore {
  readonly bytes: number;
  /**
   * [n, 6] group, from block, from place in it, to block, to place in it, places: forks and moved prefixes.
   * Group -1 copies slots of all states; places do not count.
   */
  copy(moves: Int32Array): Promise<void>;
  /** A block of the cache, or a slot of the state, of that name. */
  read(name: string, block: number, into: Uint8Array): Promise<void>;
  write(name: string, block: number, from: Uint8Array): Promise<void>;
  dispose(): Promise<void>;
}

/** Bytes of one block of a cache in the documented layout. */
export function blockBytes(spec: CacheSpec, blockTokens: number): number {
  const { heads, dtype, keyDim, valueDim } = spec;
  return heads * blockTokens * (headBytes(dtype, keyDim) + headBytes(dtype, valueDim));
}
