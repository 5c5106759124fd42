import {
  decodeFloats,
  EngineError,
  type Watch,
  type WeightSource,
  type WeightStore,
  type WeightUse,
} from "@engine/core";

const PIECE = 16 * 2 ** 20;
const FLOATS: Readonly<Record<string, number>> = { f32: 4, f16: 2, bf16: 2 };

/** Weights decoded to f32, whole: the oracle trades memory for plainness. */
export class ReferenceWeights implements WeightStore {
  readonly #values = new Map<string, Float32Array>();
  #disposed = false;

  static async load(
    source: WeightSource,
    uses: readonly WeightUse[],
    watch: Watch = {},
  ): Promise<ReferenceWeights> {
    const store = new ReferenceWeights();
    const total = uses.reduce((sum, use) => sum + (use.encoding.parts.data?.bytes ?? 0), 0);
    let done = 0;
    for (const use of uses) {
      const part = use.encoding.parts.data;
      const size = FLOATS[use.encoding.type];
      if (!part || size === undefined) {
        throw new EngineError(
          "unsupported",
          `weight "${use.name}" is stored as ${use.encoding.type}; the reference backend reads f32, f16 and bf16.`,
        );
      }
      const values = new Float32Array(part.bytes / size);
      for (let at = 0; at < part.bytes; at += PIECE) {
        if (watch.signal?.aborted)
          throw new EngineError("aborted", `Loading stopped at weight "${use.name}".`);
        const bytes = new Uint8Array(Math.min(PIECE, part.bytes - at));
        await source.read(use.name, "data", Float64Array.of(at, bytes.length), bytes, watch.signal);
        values.set(decodeFloats(use.encoding.type, bytes), at / size);
        done += bytes.length;
        watch.onProgress?.(done, total, use.name);
      }
      store.#values.set(use.name, values);
    }
    return store;
  }

  get(name: string): Float32Array {
    if (this.#disposed)
      throw new EngineError("disposed", `weight "${name}" was asked for after its store was disposed.`);
    const values = this.#values.get(name);
    if (!values)
      throw new EngineError(
        "missing-weight",
        `weight "${name}" is not among those this store was loaded with.`,
      );
    return values;
  }

  get bytes(): { readonly resident: number; readonly mapped: number } {
    return {
      resident: [...this.#values.values()].reduce((sum, values) => sum + values.byteLength, 0),
      mapped: 0,
    };
  }

  async dispose(): Promise<void> {
    this.#disposed = true;
    this.#values.clear();
  }
}
