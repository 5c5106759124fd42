import type { Activations, CacheDType, Shape, Step, Tensor } from "@engine/core";
import type { PlacedEmbeddings } from "@engine/runtime";
import type { EncodedWeight, MemoryWeight } from "./memory-source.ts";
import type { ValueRange } from "./random.ts";
import type { Tolerance } from "./tolerance.ts";

/**
 * An input of a case. With "tokens" as its first axis it arrives as computed rows, one for each token of the
 * case; otherwise as a stored weight of `type`.
 */
export interface CaseInput {
  readonly shape: Shape;
  /** f32 unless told. */
  readonly type?: MemoryWeight["type"];
  /** A stored weight in another encoding, its shape `shape`. */
  readonly encoded?: EncodedWeight;
  /** How its values are drawn, or the values. */
  readonly values?: ValueRange | Float32Array;
}

/** Rows of one sequence in a step. */
export interface Turn {
  readonly sequence: number;
  readonly rows: number;
}

/** One op over stated inputs: data that every backend runs. */
export interface OpCase {
  /** Unique: the op and what is special. */
  readonly name: string;
  /** Name of the op the case is about. */
  readonly op: string;
  readonly inputs: readonly CaseInput[];
  /** The op emitted over the inputs; f32. */
  build(inputs: readonly Tensor[], step: Step): Tensor;
  /** The same by plain arithmetic in doubles, over the values as stored. */
  expected(inputs: readonly Float32Array[]): ArrayLike<number>;
  readonly tolerance: Tolerance;
  /** Steps, each with the rows of some sequences; one step with one sequence of `tokens` rows unless told. */
  readonly schedule?: readonly (readonly Turn[])[];
  /** Rows of all inputs over "tokens": those of sequence 0, then of sequence 1, … */
  readonly tokens: number;
  /** Embeddings given for rows of a sequence, for an overlay among the ops; `whole` ones are media blocks. */
  readonly given?: readonly (PlacedEmbeddings & { readonly sequence: number })[];
  /** Places of a cache block; 16 unless told. */
  readonly blockTokens?: number;
  /** f32 unless told. */
  readonly kv?: CacheDType;
  /** f32 unless told. With "int8" the reference backend, which has no such kernels, is not asked. */
  readonly activations?: Activations;
}
