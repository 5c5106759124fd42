import { EngineError } from "@engine/core";
import { translatedAsync } from "./native-error.ts";

export type OnDispose = (owner: { dispose(): Promise<void> }) => void;

/** Something native that is disposed once; every use after says so. */
export abstract class Owned {
  readonly #what: string;
  readonly #onDispose: OnDispose;
  #disposing: Promise<void> | undefined;

  constructor(what: string, onDispose: OnDispose) {
    this.#what = what;
    this.#onDispose = onDispose;
  }

  /** Frees the bytes after the steps posted before; may be called again. */
  dispose(): Promise<void> {
    this.#disposing ??= translatedAsync(() => this.release()).then(() => this.#onDispose(this));
    return this.#disposing;
  }

  get disposed(): boolean {
    return this.#disposing !== undefined;
  }

  alive(): void {
    if (this.disposed) throw new EngineError("disposed", `${this.#what} was used after dispose().`);
  }

  protected abstract release(): Promise<void>;
}
