import { type CacheSpec, EngineError, type Program, type StateSize, type StateStore } from "@engine/core";
import type { Native, NativeDevice, NativeState } from "./native.ts";
import { translated, translatedAsync } from "./native-error.ts";
import { type OnDispose, Owned } from "./owned.ts";
import { STORED } from "./supports.ts";

export interface StateOptions {
  readonly program: Program;
  readonly size: StateSize;
  readonly onDispose: OnDispose;
}

/** One pool of blocks for each cache. */
export class CpuState extends Owned implements StateStore {
  readonly native: NativeState;
  readonly #specs: readonly CacheSpec[];

  constructor(native: Native, device: NativeDevice, { program, size, onDispose }: StateOptions) {
    super("A state store", onDispose);
    this.#specs = program.caches;
    const words = Int32Array.from(this.#specs.flatMap(specWords));
    this.native = translated(
      () => new native.State(device, words, size.blockTokens, Int32Array.from(size.blocks)),
    );
  }

  get bytes(): number {
    return this.disposed ? 0 : this.native.bytes();
  }

  /** Which of its caches a program means by this spec. */
  indexOf(spec: CacheSpec): number {
    this.alive();
    const index = this.#index(spec.name);
    if (String(specWords(this.#specs[index]!)) !== String(specWords(spec))) {
      throw new EngineError(
        "bad-option",
        `cache "${spec.name}" of the program and of the state have different sizes or types.`,
      );
    }
    return index;
  }

  async copy(moves: Int32Array): Promise<void> {
    this.alive();
    await translatedAsync(() => this.native.copy(moves));
  }

  async read(cache: string, block: number, into: Uint8Array): Promise<void> {
    this.alive();
    await translatedAsync(() => this.native.read(this.#index(cache), block, into));
  }

  async write(cache: string, block: number, from: Uint8Array): Promise<void> {
    this.alive();
    await translatedAsync(() => this.native.write(this.#index(cache), block, from));
  }

  #index(name: string): number {
    const index = this.#specs.findIndex((spec) => spec.name === name);
    if (index < 0) throw new EngineError("bad-option", `The state holds no cache "${name}".`);
    return index;
  }

  protected release(): Promise<void> {
    return this.native.dispose();
  }
}

function specWords({ group, heads, keyDim, valueDim, window, dtype }: CacheSpec): number[] {
  return [group, heads, keyDim, valueDim, window ?? 0, STORED[dtype]!.code];
}
