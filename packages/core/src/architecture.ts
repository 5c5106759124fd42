import type { ConfigReader } from "./config-reader.ts";
import type { GgufReading } from "./gguf.ts";
import type { IgnoredWeights } from "./ignored-weights.ts";
import type { DType, Shape } from "./shape.ts";
import type { Tensor } from "./tensor.ts";
import type { Weights } from "./weights.ts";

/** Keys and values of one owner, as of one point of the graph. */
export interface Cache {
  /** The graph's value of the cache, for ops that read it. */
  readonly tensor: Tensor;
  /** k [tokens, heads, keyDim], v [tokens, heads, valueDim] at the places after those cached. */
  append(k: Tensor, v: Tensor): Cache;
}

/** The symbolic inputs of one step: all sequences' rows lie flat along "tokens". */
export interface Step {
  /** i32 [tokens] */
  readonly tokens: Tensor;
  /** i32 [tokens] */
  readonly positions: Tensor;
  /** i32 [tokens]: the text length that fixes a row's dynamic or longrope frequencies. */
  readonly extents: Tensor;
  /** x [tokens, width], where the caller gave no embedding for the row (an image's, a sound's), else that. */
  overlay(x: Tensor): Tensor;
  /** A value known at capture. */
  constant(values: Float32Array, shape: Shape, dtype?: DType): Tensor;
  /** The cache as its owner last left it: reading another layer's is sharing it. */
  cache(owner: number | string): Cache;
  /** Only the rows whose logits are asked for: [tokens, …] to [rows, …]. */
  wanted(x: Tensor): Tensor;
  /** Names a value for traces ("layer3"); costs nothing unless it is asked for. */
  tap(name: string, x: Tensor): void;
}

/** A model family: a pure function that describes its arithmetic once. A plain constant, no side effects. */
export interface Architecture<C = unknown> {
  readonly api: 1;
  readonly name: string;
  /** Values of config.json's `model_type` it reads. */
  readonly modelTypes: readonly string[];
  /** Values of config.json's `architectures` it reads, for files without a known `model_type`. */
  readonly classes?: readonly string[];
  parse(config: ConfigReader): C;
  /** Logits [rows, vocab]. */
  forward(step: Step, weights: Weights, config: C): Tensor;
  /** What of a checkpoint is left aside on purpose; any other tensor that is not read is worth a warning. */
  readonly ignores?: readonly IgnoredWeights[];
  /** Longest text the model was made for, in tokens; undefined when the config does not say. */
  context(config: C): number | undefined;
  /** How it is read from GGUF files; absent when it cannot be. */
  readonly gguf?: GgufReading;
}
