import {
  blockBytes,
  type CacheRows,
  type CacheSpec,
  decodeHeads,
  EngineError,
  encodeHeads,
  headBytes,
  roundHeads,
  SEQUENCE,
  type StateSize,
  type StepInput,
} from "@engine/core";

/** The key-value blocks of one cache, as f32 rounded to the cache's dtype. */
export class CachePool {
  readonly group: number;
  readonly #keys: Part;
  readonly #values: Part;

  constructor(
    readonly spec: CacheSpec,
    readonly size: StateSize,
  ) {
    this.group = spec.group;
    const heads = (size.blocks[spec.group] ?? 0) * size.blockTokens * spec.heads;
    const part = (dim: number): Part => ({
      dim,
      values: new Float32Array(heads * dim),
      scales: new Float32Array(spec.dtype === "int8" ? heads : 0),
    });
    this.#keys = part(spec.keyDim);
    this.#values = part(spec.valueDim);
  }

  get bytes(): number {
    return [this.#keys, this.#values].reduce(
      (sum, { values, scales }) => sum + values.byteLength + scales.byteLength,
      0,
    );
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
    const at = ({ values, dim }: Part, index: number): Float32Array => {
      const width = spec.heads * dim;
      return values.subarray(index * width, (index + 1) * width);
    };
    const set = (part: Part, index: number, heads: Float32Array): void => {
      const { values, scales } = roundHeads(spec.dtype, heads, part.dim);
      at(part, index).set(values);
      part.scales.set(scales, scales.length && index * spec.heads);
    };
    return {
      spec,
      key: (sequence, place) => at(this.#keys, row(sequence, place)),
      value: (sequence, place) => at(this.#values, row(sequence, place)),
      write: (sequence, place, key, value) => {
        const index = row(sequence, place);
        set(this.#keys, index, key);
        set(this.#values, index, value);
      },
    };
  }

  copy(fromBlock: number, from: number, toBlock: number, to: number, places: number): void {
    const { heads } = this.spec;
    const { blockTokens } = this.size;
    const move = (pool: Float32Array, width: number): void => {
      const source = (fromBlock * blockTokens + from) * width;
      pool.copyWithin((toBlock * blockTokens + to) * width, source, source + places * width);
    };
    for (const { values, scales, dim } of [this.#keys, this.#values]) {
      move(values, heads * dim);
      if (scales.length) move(scales, heads);
    }
  }

  read(block: number, into: Uint8Array): void {
    const { heads, dtype } = this.spec;
    let at = 0;
    const put = (bytes: Uint8Array): void => {
      into.set(bytes, at);
      at += bytes.length;
    };
    const parts = this.#block(block, into.length).map(({ values, scales, dim }) => ({
      dim,
      values: turn(values, heads, dim, "out"),
      scales: turn(scales, heads, 1, "out"),
    }));
    for (const part of parts) put(encodeHeads(dtype, part, part.dim));
    for (const { scales } of parts) put(new Uint8Array(scales.buffer));
  }

  write(block: number, from: Uint8Array): void {
    const { heads, dtype } = this.spec;
    const parts = this.#block(block, from.length);
    const count = heads * this.size.blockTokens;
    const scaleBytes = headBytes(dtype, 0) * count;
    let [at, scaleAt] = [0, from.length - parts.length * scaleBytes];
    for (const { values, scales, dim } of parts) {
      const own = new Float32Array(from.slice(scaleAt, scaleAt + scaleBytes).buffer);
      const bytes = (headBytes(dtype, dim) - headBytes(dtype, 0)) * count;
      const decoded = decodeHeads(dtype, from.subarray(at, at + bytes), { scales: own, dim });
      values.set(turn(decoded, heads, dim, "in"));
      scales.set(turn(own, heads, 1, "in"));
      at += bytes;
      scaleAt += scaleBytes;
    }
  }

  /** The keys and the values of a block. */
  #block(block: number, bytes: number): readonly Part[] {
    const { name, heads, group } = this.spec;
    const expected = blockBytes(this.spec, this.size.blockTokens);
    const blocks = this.size.blocks[group] ?? 0;
    if (!Number.isInteger(block) || block < 0 || block >= blocks || bytes !== expected) {
      const held = `blocks have ${expected} bytes and there are ${blocks}`;
      throw new EngineError("bad-option", `cache "${name}": block ${block} with ${bytes} bytes; ${held}.`);
    }
    const cut = (pool: Float32Array, width: number): Float32Array => {
      const size = this.size.blockTokens * heads * width;
      return pool.subarray(block * size, (block + 1) * size);
    };
    return [this.#keys, this.#values].map(({ dim, values, scales }) => ({
      dim,
      values: cut(values, dim),
      scales: cut(scales, 1),
    }));
  }
}

/** Keys or values: [blocks, blockTokens, heads, dim], and for int8 their scales [blocks, blockTokens, heads]. */
interface Part {
  readonly dim: number;
  readonly values: Float32Array;
  readonly scales: Float32Array;
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
