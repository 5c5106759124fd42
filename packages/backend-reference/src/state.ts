import {
  blockBytes,
  type CacheRows,
  type CacheSpec,
  decodeFloats,
  EngineError,
  encodeFloats,
  roundTo,
  type StateSize,
  type StateStore,
  type StepInput,
} from "@engine/core";

interface Pool {
  readonly spec: CacheSpec;
  /** [blocks, blockTokens, heads · keyDim] */
  readonly keys: Float32Array;
  readonly values: Float32Array;
}

/** Key-value blocks as f32 rounded to the cache's dtype. */
export class ReferenceState implements StateStore {
  readonly blockTokens: number;
  readonly size: StateSize;
  readonly #pools: Map<string, Pool>;
  #disposed = false;

  constructor(specs: readonly CacheSpec[], size: StateSize) {
    this.size = size;
    this.blockTokens = size.blockTokens;
    this.#pools = new Map(
      specs.map((spec) => {
        const places = (size.blocks[spec.group] ?? 0) * size.blockTokens * spec.heads;
        const pool = {
          spec,
          keys: new Float32Array(places * spec.keyDim),
          values: new Float32Array(places * spec.valueDim),
        };
        return [spec.name, pool];
      }),
    );
  }

  get bytes(): number {
    return [...this.#pools.values()].reduce(
      (sum, { keys, values }) => sum + keys.byteLength + values.byteLength,
      0,
    );
  }

  /** The cache as one step's tables show it. */
  rows(name: string, step: StepInput): CacheRows {
    const { spec, keys, values } = this.#pool(name);
    const table = step.tables[spec.group]!;
    const stride = table.length / (step.sequences.length / 7);
    const row = (sequence: number, place: number): number => {
      const block = table[sequence * stride + Math.floor(place / this.blockTokens)] ?? -1;
      if (block < 0)
        throw new EngineError(
          "backend-failed",
          `cache "${name}": place ${place} of sequence ${sequence} has no block.`,
        );
      return block * this.blockTokens + (place % this.blockTokens);
    };
    const at = (pool: Float32Array, width: number, index: number): Float32Array =>
      pool.subarray(index * width, (index + 1) * width);
    const [keyWidth, valueWidth] = [spec.heads * spec.keyDim, spec.heads * spec.valueDim];
    return {
      spec,
      key: (sequence, place) => at(keys, keyWidth, row(sequence, place)),
      value: (sequence, place) => at(values, valueWidth, row(sequence, place)),
      write(sequence, place, key, value) {
        const index = row(sequence, place);
        at(keys, keyWidth, index).set(key.map((x) => roundTo(spec.dtype, x)));
        at(values, valueWidth, index).set(value.map((x) => roundTo(spec.dtype, x)));
      },
    };
  }

  async copy(moves: Int32Array): Promise<void> {
    this.#checkMoves(moves);
    for (let i = 0; i < moves.length; i += 6) {
      const [group, fromBlock, from, toBlock, to, places] = moves.subarray(i, i + 6) as unknown as [
        number,
        number,
        number,
        number,
        number,
        number,
      ];
      for (const { spec, keys, values } of this.#pools.values()) {
        if (spec.group !== group) continue;
        for (const [pool, width] of [
          [keys, spec.heads * spec.keyDim],
          [values, spec.heads * spec.valueDim],
        ] as const) {
          const source = (fromBlock * this.blockTokens + from) * width;
          pool.copyWithin((toBlock * this.blockTokens + to) * width, source, source + places * width);
        }
      }
    }
  }

  async read(cache: string, block: number, into: Uint8Array): Promise<void> {
    const { spec, keys, values } = this.#block(cache, block, into.length);
    const turned = [
      turn(keys, spec.heads, spec.keyDim, "out"),
      turn(values, spec.heads, spec.valueDim, "out"),
    ];
    let at = 0;
    for (const part of turned) {
      const bytes = encodeFloats(spec.dtype, part);
      into.set(bytes, at);
      at += bytes.length;
    }
  }

  async write(cache: string, block: number, from: Uint8Array): Promise<void> {
    const { spec, keys, values } = this.#block(cache, block, from.length);
    const floats = decodeFloats(spec.dtype, from);
    keys.set(turn(floats.subarray(0, keys.length), spec.heads, spec.keyDim, "in"));
    values.set(turn(floats.subarray(keys.length), spec.heads, spec.valueDim, "in"));
  }

  async dispose(): Promise<void> {
    this.#disposed = true;
    this.#pools.clear();
  }

  #checkMoves(moves: Int32Array): void {
    for (let i = 0; i < moves.length; i += 6) {
      const [group, fromBlock, from, toBlock, to, places] = moves.subarray(i, i + 6) as unknown as number[];
      const blocks = this.size.blocks[group!] ?? 0;
      const held = [fromBlock!, toBlock!].every((block) => block >= 0 && block < blocks);
      const fits = [from!, to!].every((place) => place >= 0 && place + places! <= this.blockTokens);
      if (moves.length % 6 !== 0 || !held || !fits || places! < 0)
        throw new EngineError(
          "bad-option",
          `copy: move ${i / 6} is [${moves.subarray(i, i + 6)}]; group ${group} has ${blocks} blocks of ${this.blockTokens} places.`,
        );
    }
  }

  #pool(name: string): Pool {
    if (this.#disposed)
      throw new EngineError("disposed", `cache "${name}" was used after its state was disposed.`);
    const pool = this.#pools.get(name);
    if (!pool) throw new EngineError("bad-option", `The state holds no cache "${name}".`);
    return pool;
  }

  #block(name: string, block: number, bytes: number): Pool {
    const { spec, keys, values } = this.#pool(name);
    const [keySize, valueSize] = [spec.keyDim, spec.valueDim].map(
      (dim) => this.blockTokens * spec.heads * dim,
    ) as [number, number];
    const expected = blockBytes(spec, this.blockTokens);
    if (!Number.isInteger(block) || block < 0 || (block + 1) * keySize > keys.length || bytes !== expected) {
      throw new EngineError(
        "bad-option",
        `cache "${name}": block ${block} with ${bytes} bytes; blocks have ${expected} bytes and there are ${keys.length / keySize}.`,
      );
    }
    const cut = (pool: Float32Array, size: number): Float32Array =>
      pool.subarray(block * size, (block + 1) * size);
    return { spec, keys: cut(keys, keySize), values: cut(values, valueSize) };
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
