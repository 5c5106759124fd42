import {
  type CacheDType,
  type CacheSpec,
  EngineError,
  elements,
  type Program,
  type StateSize,
  type StateSpec,
  type StateStore,
} from "@engine/core";
import type { Native, NativeDevice, NativeState } from "./native.ts";
import { translated, translatedAsync } from "./native-error.ts";
import { type OnDispose, Owned } from "./owned.ts";

export interface StateOptions {
  readonly program: Program;
  readonly size: StateSize;
  readonly onDispose: OnDispose;
}

/** One pool of blocks for each cache, one of slots for each recurrent op. */
export class CpuState extends Owned implements StateStore {
  readonly native: NativeState;
  readonly #specs: readonly CacheSpec[];
  readonly #states: readonly StateSpec[];

  constructor(native: Native, device: NativeDevice, { program, size, onDispose }: StateOptions) {
    super("A state store", onDispose);
    this.#specs = program.caches;
    this.#states = program.states;
    const words = Int32Array.from(this.#specs.flatMap(specWords));
    const widths = Int32Array.from(this.#states, ({ shape }) => elements(shape));
    const { blockTokens, blocks, slots = 0 } = size;
    this.native = translated(
      () => new native.State(device, words, blockTokens, Int32Array.from(blocks), widths, slots),
    );
  }

  get bytes(): number {
    return this.disposed ? 0 : this.native.bytes();
  }

  /** Which of its caches a program means by this spec. */
  indexOf(spec: CacheSpec): number {
    this.alive();
    const index = this.#specs.findIndex(({ name }) => name === spec.name);
    if (index < 0) throw unknown(spec.name);
    if (String(specWords(this.#specs[index]!)) !== String(specWords(spec))) {
      throw new EngineError(
        "bad-option",
        `cache "${spec.name}" of the program and of the state have different sizes or types.`,
      );
    }
    return index;
  }

  /** Which of its recurrent states a program means by this spec. */
  indexOfState(spec: StateSpec): number {
    this.alive();
    const index = this.#states.findIndex(({ name }) => name === spec.name);
    if (index < 0) throw unknown(spec.name);
    if (String(this.#states[index]!.shape) !== String(spec.shape)) {
      throw new EngineError(
        "bad-option",
        `state "${spec.name}" of the program is [${spec.shape}], that of the store [${this.#states[index]!.shape}].`,
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

  /** Caches are counted first, then recurrent states. */
  #index(name: string): number {
    const index = [...this.#specs, ...this.#states].findIndex((spec) => spec.name === name);
    if (index < 0) throw unknown(name);
    return index;
  }

  protected release(): Promise<void> {
    return this.native.dispose();
  }
}

function unknown(name: string): EngineError {
  return new EngineError("bad-option", `The state holds no cache "${name}".`);
}

function specWords({ group, heads, keyDim, valueDim, window, dtype }: CacheSpec): number[] {
  return [group, heads, keyDim, valueDim, window ?? 0, TYPES[dtype]];
}

/** Codes of native/tensor.h's Type. */
const TYPES: Readonly<Record<CacheDType, number>> = { f32: 0, f16: 1, bf16: 2, int8: 5 };
