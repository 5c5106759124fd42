import type {
  Activations,
  Backend,
  CacheDType,
  CaptureOptions,
  Residency,
  Streaming,
  Watch,
} from "@engine/core";
import type { HubOptions } from "@engine/loader";
import type { PluginList } from "./list-plugins.ts";
import type { Registry } from "./registry.ts";

export interface LoadOptions extends Watch, HubOptions {
  /** The model families that may be loaded. */
  readonly registry?: Registry;
  /** What `listPlugins` found: asked for families the registry lacks. */
  readonly plugins?: PluginList;
  /** The first of them that can run here is used. */
  readonly backend?: Backend | readonly Backend[];
  readonly residency?: Residency;
  /** Bytes this process may take in all, instead of a residency: weights that do not fit are streamed from their files. */
  readonly memoryBudget?: number;
  /** The same for the model alone, whatever the process takes already. */
  readonly modelBudget?: number;
  /** How streamed weights are read: past the system's page cache, or through it; by what memory is free unless told. */
  readonly io?: Streaming["io"];
  /** By a thread for each read, or by io_uring, where Linux has it; the faster one unless told. */
  readonly reader?: Streaming["reader"];
  /** Most tokens of one text; the model's own unless memory is short. */
  readonly context?: number;
  /** How many texts of that length are held at once. */
  readonly sessions?: number;
  /** What keys and values are stored as; unless told f16, or f32 where a token takes at most 16 KiB of it. */
  readonly kv?: CacheDType;
  /** What weights are multiplied by; int8 for quantized ones unless told, where the device has kernels for it. */
  readonly activations?: Activations;
  readonly threads?: number;
  /** Whether the model's tokenizer is read; it is unless told. Without it prompts are token ids, and so are answers. */
  readonly tokenizer?: boolean;
  /** Tokens that are never chosen, instead of those the model's files tell; `[]` is none. */
  readonly suppressTokens?: readonly number[];
  /** Traces that `logits` can hand out. */
  readonly taps?: CaptureOptions["taps"];
  /** Most rows of one step; prompts are read in chunks of this many. */
  readonly maxTokens?: number;
  /** Most rows of one step whose logits are wanted. */
  readonly maxRows?: number;
  /** Most answers that run at once; 32. More wait for their turn. */
  readonly maxSequences?: number;
  /** Most answers that wait; one more is refused as `busy`. Any number unless told. */
  readonly maxWaiting?: number;
  /** Whether texts that begin alike share what they have in common; they do unless told. */
  readonly prefixCache?: boolean;
  /** A folder for the blocks of sessions that rest while others need their memory; they are computed again without one. */
  readonly swapFolder?: string;
}
