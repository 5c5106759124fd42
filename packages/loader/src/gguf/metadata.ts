import { type GgufValue, readValue, type StoredValue } from "./metadata-value.ts";

/** The keys and values of a GGUF header. Values are made when they are asked for. */
export class GgufMetadata {
  readonly #bytes: Buffer;
  readonly #stored: ReadonlyMap<string, StoredValue>;

  constructor(bytes: Buffer, stored: ReadonlyMap<string, StoredValue>) {
    this.#bytes = bytes;
    this.#stored = stored;
  }

  keys(): Iterable<string> {
    return this.#stored.keys();
  }

  get(key: string): GgufValue | undefined {
    const stored = this.#stored.get(key);
    return stored && readValue(this.#bytes, stored);
  }

  /** How many items the list under the key has; undefined where there is no list. */
  count(key: string): number | undefined {
    return this.#stored.get(key)?.count;
  }
}
