import type { Tensor } from "./tensor.ts";

/** Names in a scope of the checkpoint. Only its header is read while a model is captured. */
export interface Weights {
  readonly path: string;
  at(path: string): Weights;
  /** Whether the checkpoint holds `path.leaf`; the leaf is "weight" unless told. */
  has(leaf?: string): boolean;
  /** The weight `path.leaf`; throws `missing-weight`. A slice of it along axis 0 is a range of the stored weight. */
  get(leaf?: string): Tensor;
}

/** How a logical weight is stored, perhaps in several parts. Part row r lies at r · rowBytes. */
export interface Encoding {
  /** "f32", "f16", "bf16", or a quantized type's name; devices choose kernels by it. */
  readonly type: string;
  /** The logical shape. */
  readonly shape: readonly number[];
  /** A plain float has one part, "data". */
  readonly parts: Readonly<Record<string, EncodedPart>>;
  /** What a device must know beside the type to read the parts: a group's size, say. */
  readonly attrs?: Readonly<Record<string, number>>;
  /**
   * What a quantized type means: the bytes of n rows (axis 0) of each part to their f32 values, [n, …shape[1:]].
   * It travels with the weight, so that a device without kernels for the type can still run the model.
   * Plain floats have none.
   */
  readonly decode?: (parts: Readonly<Record<string, Uint8Array>>, into: Float32Array) => void;
}

export interface EncodedPart {
  readonly dtype: string;
  readonly shape: readonly number[];
  /** Bytes of one row along axis 0. */
  readonly rowBytes: number;
  readonly bytes: number;
}

/** Where the bytes of a part lie in a file the source keeps open. */
export interface Extent {
  readonly fd: number;
  readonly path: string;
  readonly offset: number;
  readonly bytes: number;
}

/** The weights of a checkpoint: names and encodings at once, bytes when asked. */
export interface WeightSource {
  readonly id: string;
  names(): Iterable<string>;
  describe(name: string): Encoding | undefined;
  /** For native readers; absent in browsers and for computed tensors. The source owns the descriptor. */
  extent(name: string, part: string): Extent | undefined;
  /** Many [offset, bytes] ranges of one part, one after the other into `into`. */
  read(
    name: string,
    part: string,
    ranges: Float64Array,
    into: Uint8Array,
    signal?: AbortSignal,
  ): Promise<void>;
  close(): Promise<void>;
}
