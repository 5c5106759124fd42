import type {
  Activations,
  CacheDType,
  Device,
  EngineError,
  Graph,
  Residency,
  Streaming,
  Watch,
  WeightSource,
} from "@engine/core";
import type { TokenText } from "./generation.ts";
import type { SamplingOptions } from "./sampling-options.ts";
import type { SwapFiles } from "./swap-files.ts";

export interface TextModelOptions extends Watch {
  readonly name: string;
  /** As `capture` gave it. */
  readonly graph: Graph;
  /** Captures the model with the trace "final", for `embed`; asked for when it is first used. */
  readonly embedGraph?: () => Graph;
  readonly source: WeightSource;
  readonly device: Device;
  readonly residency?: Residency;
  /** Bytes that `processBytes` and all of the model may take together: weights that do not fit are streamed. Instead of a residency. */
  readonly memoryBudget?: number | undefined;
  /** Bytes of a memory budget that are spoken for; none unless told. */
  readonly processBytes?: number | undefined;
  /** How streamed weights are read; the device's choice unless told. */
  readonly io?: Streaming["io"] | undefined;
  readonly reader?: Streaming["reader"] | undefined;
  /** What keys and values are stored as; unless told f16, or f32 where a token takes at most 16 KiB of it. */
  readonly kv?: CacheDType;
  /** What weights are multiplied by; int8 for quantized ones unless told, where the device has kernels for it. */
  readonly activations?: Activations;
  /** Longest text the model was made for. */
  readonly modelContext?: number | undefined;
  readonly context?: number | undefined;
  readonly sessions?: number | undefined;
  /** Bytes the key-value blocks may take where `context` is not told; a quarter of the device's memory. */
  readonly stateBudget?: number;
  /** Most rows of one step: prompts are read in chunks of this many; 256, or the model's longest image. */
  readonly maxTokens?: number;
  /** Most rows of one step whose logits are wanted; 32. */
  readonly maxRows?: number;
  /** Places of a key-value block, a power of two from 16 to 256; 32. Texts share whole blocks. */
  readonly blockTokens?: number;
  /** Most answers that run at once; 32. More wait for their turn. */
  readonly maxSequences?: number;
  /** Most answers that wait; one more is refused as `busy`. Any number unless told. */
  readonly maxWaiting?: number;
  /** Whether texts that begin alike share what they have in common; they do unless told. */
  readonly prefixCache?: boolean;
  /** Files for the blocks of sessions that rest while others need their memory; they are computed again without. */
  readonly swapFiles?: SwapFiles | undefined;
  /** The tokenizer, or an error that says why there is none. */
  readonly tokenizer?: TokenText | EngineError;
  readonly stopTokens?: readonly number[];
  /** Tokens that are never chosen; ids outside of the vocabulary mean nothing. */
  readonly suppressTokens?: readonly number[];
  /** What an answer's options leave out. */
  readonly sampling?: SamplingOptions;
}

/** What `createTextModel` takes where it is not told. */
export const textModelDefaults = {
  maxTokens: 256,
  maxRows: 32,
  maxSequences: 32,
  blockTokens: 32,
  activations: "int8",
} as const;
