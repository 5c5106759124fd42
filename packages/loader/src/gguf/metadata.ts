import { EngineError } from "@engine/core";
import { COPY_AGAIN } from "../next-step.ts";
import { show } from "../show.ts";
import type { HeaderFile } from "./header-cursor.ts";
import { type GgufValue, isText, readValue, type StoredValue, scalarOf } from "./metadata-value.ts";

/** Texts as the file stores them: for each its length as 64 bits, little-endian, and its UTF-8. */
export interface GgufTexts {
  readonly count: number;
  readonly bytes: Uint8Array;
}

/** An array's own type and length. */
const ARRAY_HEAD = 12;

/**
 * The keys and values of a GGUF header. Values stay in the file and are read when they are asked for, so only while it
 * is open (`disposed` after). All calls throw `bad-checkpoint` where the file was changed since, or `io-failed`.
 */
export class GgufMetadata {
  readonly #file: HeaderFile;
  readonly #stored: ReadonlyMap<string, StoredValue>;

  constructor(file: HeaderFile, stored: ReadonlyMap<string, StoredValue>) {
    this.#file = file;
    this.#stored = stored;
  }

  keys(): Iterable<string> {
    return this.#stored.keys();
  }

  get(key: string): GgufValue | undefined {
    const stored = this.#stored.get(key);
    return stored && this.#made(key, () => readValue(this.#bytes(stored.begin, stored.end), stored));
  }

  /** How many items the list under the key has; undefined where there is no list. */
  count(key: string): number | undefined {
    return this.#stored.get(key)?.count;
  }

  /** The list of texts under the key, without a string for each; undefined where there is none. */
  texts(key: string): GgufTexts | undefined {
    const stored = this.#stored.get(key);
    if (stored?.count === undefined || !isText(stored.element)) return undefined;
    return { count: stored.count, bytes: this.#bytes(stored.begin + ARRAY_HEAD, stored.end) };
  }

  /** The list of numbers under the key; undefined where there is none. Whole numbers beyond 2^53 are rounded. */
  numbers(key: string): Float64Array | undefined {
    const stored = this.#stored.get(key);
    const scalar = scalarOf(stored?.element);
    if (stored?.count === undefined || !scalar) return undefined;
    const bytes = this.#bytes(stored.begin + ARRAY_HEAD, stored.end);
    if (scalar.array) return new Float64Array(new scalar.array(bytes.buffer, 0, stored.count));
    const numbers = new Float64Array(stored.count);
    for (let i = 0; i < numbers.length; i++) numbers[i] = Number(scalar.read(bytes, i * scalar.bytes));
    return numbers;
  }

  /** The place of a text in the list of texts under the key; -1 where it is not there. */
  indexOf(key: string, text: string): number {
    const { count, bytes } = this.texts(key) ?? { count: 0, bytes: new Uint8Array(0) };
    const view = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length);
    const wanted = Buffer.from(text);
    return this.#made(key, () => {
      for (let i = 0, at = 0; i < count; i++) {
        const begin = at + 8;
        at = begin + Number(view.readBigUInt64LE(at));
        if (at - begin === wanted.length && wanted.equals(view.subarray(begin, at))) return i;
      }
      return -1;
    });
  }

  #bytes(begin: number, end: number): Buffer {
    const bytes = Buffer.allocUnsafeSlow(end - begin);
    this.#file.readNow(bytes, begin);
    return bytes;
  }

  /** Lengths were checked when the file was opened; one that leads out of a value is new. */
  #made<T>(key: string, make: () => T): T {
    try {
      return make();
    } catch (error) {
      if (!(error instanceof RangeError)) throw error;
      throw new EngineError(
        "bad-checkpoint",
        `${this.#file.path}: metadata ${show(key)} changed after the file was opened. ${COPY_AGAIN}`,
        { cause: error },
      );
    }
  }
}
