import type { Graph, Node } from "./graph.ts";
import type { CacheDType } from "./numeric/cache-values.ts";
import type { Attrs, Op } from "./op.ts";
import type { Shape } from "./shape.ts";
import type { CacheSpec, StateSpec } from "./state.ts";
import type { Encoding } from "./weights.ts";

/** A call a device is asked about. */
export interface OpCall {
  readonly op: Op;
  readonly shapes: readonly Shape[];
  /** Dtype of each input; for a weight its encoding's type. */
  readonly types: readonly string[];
  readonly attrs: Attrs;
}

/** A range of rows (axis 0) of a stored weight. */
export interface RowRange {
  readonly begin: number;
  readonly end: number;
}

/**
 * All readers of one weight. The device picks one layout for them (a tied table is gathered and multiplied).
 * "rows": only gathered from, so it need never be in memory as a whole, nor is it bound.
 */
export interface WeightUse {
  readonly name: string;
  readonly encoding: Encoding;
  readonly access: "whole" | "rows";
  /** The row ranges bound by readers other than gathers; several where a device's binding limit split it. */
  readonly ranges: readonly RowRange[];
  readonly readers: readonly OpCall[];
  /**
   * Where each range is one expert, read by one expert product alone: the node whose ids route rows to it, and its number
   * among the experts there. In the order of the ranges.
   */
  readonly experts?: readonly { readonly by: number; readonly expert: number }[];
  /** Index of the first and last node that reads it, in the order of the program. */
  readonly first: number;
  readonly last: number;
}

export interface CompileOptions {
  /** Most rows of one step. */
  readonly maxTokens: number;
  /** Most wanted rows of one step; bounds the logits' memory. */
  readonly maxRows: number;
  readonly maxSequences: number;
  readonly kv: CacheDType;
  /** Most bytes of a weight that one matrix product reads; larger ones are split by rows. The device's limit unless less. */
  readonly maxBinding?: number;
  /** What weights are multiplied by; f32 unless told. Devices without integer kernels compute int8 in f32. */
  readonly activations?: Activations | undefined;
}

/**
 * "f32": as they are. "bf16": rounded to the nearest bf16, in front of every matrix product, whatever its weight is stored
 * as; weights and sums stay as they are. "int8": rounded to 255 steps between -m and m for each 32 inputs in turn, m their
 * largest size; what is multiplied with weights stored as floats is never rounded.
 */
export const ACTIVATIONS = ["f32", "bf16", "int8"] as const;
export type Activations = (typeof ACTIVATIONS)[number];

/** A graph a device can run: its nodes in order, where each activation lies, what it reads and keeps. */
export interface Program {
  readonly api: 1;
  readonly options: CompileOptions;
  readonly graph: Graph;
  /** Byte offset of each computed node in one arena, sized for the largest step. */
  readonly arena: { readonly bytes: number; readonly offsets: ReadonlyMap<Node, number> };
  readonly weights: readonly WeightUse[];
  readonly caches: readonly CacheSpec[];
  /** Recurrent state, by the op that keeps it. */
  readonly states: readonly StateSpec[];
  readonly outputs: Readonly<Record<string, Shape>>;
}
