import type { Op } from "./op.ts";
import type { OpCall, Program, WeightUse } from "./program.ts";
import type { StateSize, StateStore } from "./state.ts";
import type { StepInput, StepOutput } from "./step-input.ts";
import type { WeightSource } from "./weights.ts";

/**
 * Where weights live. "resident": copied into the device's own memory; "mapped": used in place in the
 * mapped file where its layout allows; "auto": the device's choice; `stream`: what does not fit a budget is
 * read from its file in every step, ahead of its use.
 */
export type Residency = "auto" | "resident" | "mapped" | { readonly stream: Streaming };

export interface Streaming {
  /** Bytes of memory that weights may take. */
  readonly budget: number;
  /** Past the system's page cache, or through it; the device's choice unless told. */
  readonly io?: "direct" | "cached";
  /** How the system is told of reads, where it knows both; the device's choice unless told. */
  readonly reader?: StreamReader;
}

/** A thread for each read on its way, or a few that share rings with Linux. */
export type StreamReader = "threads" | "io_uring";

export interface Watch {
  readonly signal?: AbortSignal;
  readonly onProgress?: (done: number, total: number, what: string) => void;
}

export interface DeviceInfo {
  /** For people: the processor, its instruction set level, its threads. */
  readonly name: string;
  /** What computes: the machine's processors, or a graphics card or another accelerator. */
  readonly kind: "cpu" | "accelerator";
  readonly memoryBytes: number;
  /** Largest weight one call may bind; larger ones are split by rows. */
  readonly maxBinding?: number;
  readonly threads?: number;
}

export interface DeviceOptions {
  readonly threads?: number;
}

/** A plugin: a plain constant. */
export interface Backend {
  readonly api: 1;
  readonly name: string;
  /** Undefined when it can run here, else one sentence saying why not and what to do. */
  unavailable(): string | undefined;
  open(options?: DeviceOptions): Promise<Device>;
  /** A `RoundingModule` that quantizes faster than the loader's own; used where `unavailable()` says nothing. */
  readonly rounding?: URL;
}

/** Weights and state belong to the device, not to a plan; plans share both. */
export interface Device {
  readonly info: DeviceInfo;
  /** Ops this device runs as one kernel where their `define` is found in a graph. */
  readonly fused: readonly Op[];
  /** Asked for composites and ragged ops; primitives run on every device. */
  supports(call: OpCall): boolean;
  weights(
    source: WeightSource,
    uses: readonly WeightUse[],
    residency: Residency,
    watch?: Watch,
  ): Promise<WeightStore>;
  /** Bytes that `weights` would take with these, told by the header alone. Throws as it does where they cannot be held. */
  weightBytes(source: WeightSource, uses: readonly WeightUse[], residency: Residency): WeightBytes;
  /** Caches of all programs that share the state; equal names must have equal specs. */
  state(program: Program, size: StateSize): Promise<StateStore>;
  plan(program: Program, weights: WeightStore, state: StateStore): Promise<Plan>;
  /** Bytes of device memory held now by weights, state and plans. */
  liveBytes(): number;
  /** Gives the system what the process holds and does not use, where the device knows how: called before a budget is divided. */
  trim?(): void;
  close(): Promise<void>;
}

export interface WeightBytes {
  /** Of device memory taken: copied weights as they are laid out there, buffers of what is streamed. */
  readonly resident: number;
  /** Used in place from mapped files. */
  readonly mapped: number;
  /** Read from files in each step, or row by row. */
  readonly streamed?: number;
}

export interface WeightStore {
  readonly bytes: WeightBytes;
  /** What streaming has done since the weights were loaded. */
  streamed?(): StreamCounts;
  /**
   * Resolves when they lie where they stay. A device may hand weights out while it still copies them, between steps, which
   * are slower until then and give the same bits. Never rejects.
   */
  settled?(): Promise<void>;
  dispose(): Promise<void>;
}

export interface StreamCounts {
  /** From files or the system's page cache. */
  readonly bytesRead: number;
  /** In which at least one read was on its way, and in which steps waited for one. */
  readonly readSeconds: number;
  readonly stallSeconds: number;
  /** Weights of single experts that steps used, and those of them that had to be read. */
  readonly expertUses?: number;
  readonly expertReads?: number;
  readonly reader?: StreamReader;
}

export interface Plan {
  /**
   * Copies its input before returning. Runs on one StateStore happen in call order and may be queued. A
   * failed or aborted run leaves places below each cached length as they were.
   */
  run(step: StepInput, out: StepOutput, watch?: Watch): Promise<void>;
  /** Raw logits [vocab] of a wanted row of the last run. */
  logits(row: number, into: Float32Array): Promise<void>;
  dispose(): Promise<void>;
}
