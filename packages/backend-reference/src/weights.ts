import {
  EngineError,
  elements,
  readRows,
  type Watch,
  type WeightSource,
  type WeightStore,
  type WeightUse,
} from "@engine/core";

/** Numbers decoded in one piece. */
const PIECE = 4 * 2 ** 20;

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
    const total = uses.reduce((sum, { encoding }) => sum + elements(encoding.shape), 0);
    let done = 0;
    for (const { name, encoding } of uses) {
      const values = new Float32Array(elements(encoding.shape));
      const rows = encoding.shape[0] ?? 1;
      const width = values.length / Math.max(rows, 1);
      const step = Math.max(1, Math.floor(PIECE / Math.max(width, 1)));
      for (let begin = 0; begin < rows; begin += step) {
        if (watch.signal?.aborted) throw new EngineError("aborted", `Loading stopped at weight "${name}".`);
        const end = Math.min(begin + step, rows);
        values.set(await readRows(source, name, encoding, { begin, end }, watch.signal), begin * width);
        done += (end - begin) * width;
        watch.onProgress?.(done, total, name);
      }
      store.#values.set(name, values);
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
