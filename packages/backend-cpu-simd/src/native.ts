/** Instruction set levels, plainest first. */
export type IsaLevel =
  | "scalar"
  | "avx2"
  | "avx512vnni-emulated"
  | "avx512bf16-emulated"
  | "amx-emulated"
  | "amx-fp16-emulated"
  | "avx512"
  | "avx512vnni"
  | "avx512bf16"
  | "amx"
  | "amx-fp16"
  | "neon"
  | "neon-dotprod";

/** What the compiled addon exports; errors it throws carry a `code`. */
export interface Native {
  /** Those this machine can run. */
  readonly levels: readonly IsaLevel[];
  /** Names of the ops it has kernels for. */
  readonly ops: readonly string[];
  /** Of a storage type with kernels, for rows of `depth`; undefined when it has none or no such row can be. */
  layout(
    name: string,
    depth: number,
    group: number,
  ): { readonly code: number; readonly rowBytes: readonly number[]; readonly panelBytes: number } | undefined;
  /** Quantizes lines of values (native/kernels/round-groups-inl.h); `scale` are the bytes of f16 numbers. */
  roundGroups(
    level: IsaLevel,
    values: Float32Array,
    columns: number,
    group: number,
    bits: number,
    importance: Float32Array | undefined,
    packed: Uint8Array,
    scale: Uint8Array,
  ): void;
  readonly Device: new (level: IsaLevel, threads: number, everyThread: boolean) => NativeDevice;
  readonly Weights: new (device: NativeDevice) => NativeWeights;
  readonly State: new (
    device: NativeDevice,
    specs: Int32Array,
    blockTokens: number,
    blocks: Int32Array,
    /** Values of one slot of each recurrent op. */
    widths: Int32Array,
    slots: number,
  ) => NativeState;
  readonly Plan: new (
    weights: NativeWeights,
    state: NativeState,
    ops: readonly string[],
    words: Int32Array,
    places: Float64Array,
    constants: Float32Array,
    caches: Int32Array,
    outputs: readonly string[],
    states: Int32Array,
    blocks: Float64Array,
  ) => NativePlan;
}

/** Jobs run in the order they were posted, away from JavaScript's thread. */
export interface NativeDevice {
  liveBytes(): number;
  /** Operations per second of all threads on registers alone: of f32, or of codes of 4 or 8 bits with bytes. */
  multiplyAdd(rounds: number, bits?: 4 | 8): Promise<number>;
  /** Gives the system what the process holds and does not use (process-memory.h of @engine/native). */
  trim(): void;
  close(): Promise<void>;
}

export interface NativeWeights {
  /** The region of a whole mapped file. */
  map(fd: number): number;
  /** A region of memory. */
  reserve(bytes: number): number;
  /** Copies from files on all threads: pieces as in native/pieces.h, their files by index. */
  copy(fds: Int32Array, paths: readonly string[], region: number, pieces: Float64Array): Promise<void>;
  /**
   * Has whole weights, whose pieces these are, used where their files are mapped until `settle` copied them; false, and
   * nothing is done, where the page cache lacks some of them. Once.
   */
  defer(fds: Int32Array, paths: readonly string[], region: number, pieces: Float64Array): boolean;
  /** Copies whole weights of at least so many bytes of these, between steps; whether any are left. */
  settle(bytes: number): Promise<boolean>;
  /** How long all threads take to read the bytes once. */
  readSeconds(region: number, offset: number, bytes: number): Promise<number>;
  /**
   * Opens the files of what is streamed, and whether each is read here and there; whether the others are past the page
   * cache; whether by io_uring, where the system has it: that is the answer too.
   */
  source(
    fds: Int32Array,
    paths: readonly string[],
    scattered: Int32Array,
    direct: boolean,
    chunk: number,
    uring: boolean,
  ): boolean;
  /** Reads weights into a region, or windows of mapped files, in the order steps use them (native/stream.h). */
  stream(
    region: number,
    pieces: Float64Array,
    segments: Int32Array,
    windowBytes: number,
    windows: Int32Array,
  ): void;
  /** Reads single experts into frames of a region (native/experts.h). */
  experts(
    region: number,
    frameBytes: number,
    pieces: Float64Array,
    units: Int32Array,
    layers: Int32Array,
  ): void;
  /** Reads rows of a table as they are looked up (native/tables.h); its number. */
  table(parts: Float64Array, rows: number, capacity: number): number;
  /** What streaming has done since the weights were loaded. */
  streamed(): {
    readonly bytesRead: number;
    readonly readSeconds: number;
    readonly stallSeconds: number;
    readonly expertUses: number;
    readonly expertReads: number;
  };
  /**
   * Lays rows of a weight in blocks out in panels. packing: code, group, depth, first row (a multiple of 16), rows, region,
   * the weight's offset in it. parts: the bytes of these rows.
   */
  packBytes(packing: Float64Array, parts: readonly Uint8Array[]): Promise<void>;
  fill(region: number, to: number, bytes: Uint8Array): void;
  dispose(): Promise<void>;
}

export interface NativeState {
  bytes(): number;
  copy(moves: Int32Array): Promise<void>;
  read(cache: number, block: number, into: Uint8Array): Promise<void>;
  write(cache: number, block: number, from: Uint8Array): Promise<void>;
  dispose(): Promise<void>;
}

export interface NativePlan {
  run(step: object, out: object, id: number): Promise<void>;
  /** Stops the step of this id between two ops; forgets it when it has ended. */
  abort(id: number): void;
  logits(row: number, into: Float32Array): Promise<void>;
  dispose(): Promise<void>;
}
