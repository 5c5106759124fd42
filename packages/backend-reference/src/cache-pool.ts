import {
  blockBytes,
  type CacheRows,
  type CacheSpec,
  decodeFloats,
  EngineError,
  encodeFloats,
  roundTo,
  SEQUENCE,
  type StateSize,
  type StepInput,
} from "@engine/core";

/** The key-value blocks of one cache, as f32 rounded to the cache's dtype. */
export class CachePool {
  readonly group: number;
  /** [blocks, blockTokens, heads · keyDim] */
  readonly #keys: Float32Array;
  readonly #values: Float32Array;

  constructor(
    readonly spec: CacheSpec,
    readonly size: StateSize,
  ) {
    this.group = spec.group;
    const places = (size.blocks[spec.group] ?? 0) * size.blockTokens * spec.heads;
    this.#keys = new Float32Array(places * spec.keyDim);
    this.#values = new Float32Array(places * spec.valueDim);
  }

  get bytes(): number {
    return this.#keys.byteLength + this.#values.byteLength;
  }

  /** The cache as one step's tables show it. */
  rows(step: StepInput): CacheRows {
    const { spec } = this;
    const { blockTokens } = this.size;
    const table = step.tables[spec.group]!;
    const stride = table.length / (step.sequences.length / SEQUENCE.stride);
    const row = (sequence: number, place: number): number => {
      const block = table[sequence * stride + Math.floor(place / blockTokens)] ?? -1;
      if (block >= 0) return block * blockTokens + (place % blockTokens);
      throw new EngineError(
        "backend-failed",
        `cache "${spec.name}": place ${place} of sequence ${sequence} has no block.`,
      );
    };
    const at = (pool: Float32Array, dim: number, index: number): Float32Array => {
      const width = spec.heads * dim;
      return pool.subarray(index * width, (index + 1) * width);
    };
    return {
      spec,
      key: (sequence, place) => at(this.#keys, spec.keyDim, row(sequence, place)),
      value: (sequence, place) => at(this.#values, spec.valueDim, row(sequence, place)),
      write: (sequence, place, key, value) => {
        const index = row(sequence, place);
        at(this.#keys, spec.keyDim, index).set(key.map((x) => roundTo(spec.dtype, x)));
        at(this.#values, spec.valueDim, index).set(value.map((x) => roundTo(spec.dtype, x)));
      },
    };
  }

  copy(fromBlock: number, from: number, toBlock: number, to: number, places: number): void {
    const { heads, keyDim, valueDim } = this.spec;
    const { blockTokens } = this.size;
    const move = (pool: Float32Array, width: number): void => {
      const source = (fromBlock * blockTokens + from) * width;
      pool.copyWithin((toBlock * blockTokens + to) * width, source, source + places * width);
    };
    move(this.#keys, heads * keyDim);
    move(this.#values, heads * valueDim);
  }

  read(block: number, into: Uint8Array): void {
    const { heads, keyDim, valueDim, dtype } = this.spec;
    const { keys, values } = this.#block(block, into.length);
    const bytes = encodeFloats(dtype, turn(keys, heads, keyDim, "out"));
    into.set(bytes);
    into.set(encodeFloats(dtype, turn(values, heads, valueDim, "out")), bytes.length);
  }

  write(block: number, from: Uint8Array): void {
    const { heads, keyDim, valueDim, dtype } = this.spec;
    const { keys, values } = this.#block(block, from.length);
    const floats = decodeFloats(dtype, from);
    keys.set(turn(floats.subarray(0, keys.length), heads, keyDim, "in"));
    values.set(turn(floats.subarray(keys.length), heads, valueDim, "in"));
  }

  #block(block: number, bytes: number): { readonly keys: Float32Array; readonly values: Float32Array } {
    const { name, heads, keyDim, valueDim, group } = this.spec;
    const expected = blockBytes(this.spec, this.size.blockTokens);
    const blocks = this.size.blocks[group] ?? 0;
    if (!Number.isInteger(block) || block < 0 || block >= blocks || bytes !== expected) {
      const held = `blocks have ${expected} bytes and there are ${blocks}`;
      throw new EngineError("bad-option", `cache "${name}": block ${block} with ${bytes} bytes; ${held}.`);
    }
    const cut = (pool: Float32Array, dim: number): Float32Array => {
      const size = this.size.blockTokens * heads * dim;
      return pool.subarray(block * size, (block + 1) * size);
    };
    return { keys: cut(this.#keys, keyDim), values: cut(this.#values, valueDim) };
  }
}

/** [places, heads, dim] to [heads, places, dim] ("out"), or back ("in"). */
function turn(from: Float32Array, heads: number, dim: number, way: "in" | "out"): Float32Array {
  const to = new Float32Array(from.length);
  const places = from.length / (heads * dim);
  for (let place = 0; place < places; place++) {
    for (let head = 0; head < heads; head++) {
      const [flat, split] = [(place * heads + head) * dim, (head * places + place) * dim];
      const [source, target] = way === "out" ? [flat, split] : [split, flat];
      to.set(from.subarray(source, source + dim), target);
    }
  }
  return to;
}
