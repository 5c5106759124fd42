import { EngineError } from "@engine/core";

/** "mean" of all rows, the "last" one, or the first ("cls", for models trained with a token of that name in front). */
export type Pooling = "mean" | "last" | "cls";

const POOLINGS: readonly string[] = ["mean", "last", "cls"] satisfies readonly Pooling[];

/** One vector out of a text's rows, which come in parts. */
export class Pool {
  readonly #pooling: Pooling;
  /** In double precision, so that parts of any size give the same mean but for its last bit. */
  readonly #sum: Float64Array;
  #rows = 0;

  /** Throws `bad-option`. */
  constructor(pooling: Pooling, width: number) {
    if (!POOLINGS.includes(pooling))
      throw new EngineError("bad-option", `pooling must be "mean", "last" or "cls", but is "${pooling}".`);
    this.#pooling = pooling;
    this.#sum = new Float64Array(width);
  }

  /** Rows [n, width], in order. */
  add(rows: Float32Array): void {
    const width = this.#sum.length;
    for (let at = 0; at < rows.length; at += width, this.#rows++) {
      if (this.#pooling === "cls" && this.#rows > 0) continue;
      if (this.#pooling === "last") this.#sum.fill(0);
      for (let i = 0; i < width; i++) this.#sum[i]! += rows[at + i]!;
    }
  }

  /** Of length 1 where it is normalised; zeros stay zeros. */
  result(normalize: boolean): Float32Array {
    const count = this.#pooling === "mean" ? this.#rows : 1;
    const length = Math.sqrt(this.#sum.reduce((sum, value) => sum + value * value, 0)) / count;
    const scale = 1 / (count * (normalize && length > 0 ? length : 1));
    return Float32Array.from(this.#sum, (value) => value * scale);
  }
}
