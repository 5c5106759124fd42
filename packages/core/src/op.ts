import type { Bindings, DType, Shape } from "./shape.ts";
import type { CacheRows, StateSlots } from "./state.ts";
import type { StepInput } from "./step-input.ts";
import type { Tensor } from "./tensor.ts";

/** Plain values, or typed arrays for constants. */
export type Attrs = Readonly<Record<string, unknown>>;

/** A tensor's bytes on the host. To a reference, floats always arrive and leave as Float32Array. */
export interface HostTensor {
  readonly shape: readonly number[];
  readonly dtype: DType;
  readonly data: HostData;
}
export type HostData = Float32Array | Int32Array | Uint8Array;

/** What a reference sees of the step besides its inputs. */
export interface RunContext {
  readonly step: StepInput;
  readonly bindings: Bindings;
  /** The symbol of the first axis of each input, then of the output: tells "rows" from "tokens". */
  readonly symbols: readonly (string | undefined)[];
  cache(name: string): CacheRows;
  state(name: string): StateSlots;
}

/**
 * Travels inside the graph; nobody holds a list of ops. Exactly one of `define` and `reference` is its
 * meaning. A changed meaning is a new name ("rope.2").
 */
export interface Op {
  readonly name: string;
  /** Shape and dtype of the output; throws `bad-shape` naming the inputs. */
  infer(inputs: readonly Tensor[], attrs: Attrs): { readonly shape: Shape; readonly dtype: DType };
  /** Composites: the meaning in other ops, down to primitives. */
  define?(inputs: readonly Tensor[], attrs: Attrs): Tensor;
  /** Primitives, and ops over ragged rows: the meaning on host arrays, written into `out`. */
  reference?(inputs: readonly HostTensor[], out: HostTensor, attrs: Attrs, run: RunContext): void;
  /** Each symbolic row depends on that row of the inputs only, so `wanted` may move above it. */
  readonly rowwise: boolean;
  /** How many inputs it takes; stated by fused ops, whose inputs all have the output's shape. */
  readonly arity?: number;
  /** The output is the first input's bytes under another shape. */
  readonly view?: boolean;
  /** Shape of what it keeps for each sequence between steps, under the name attrs.state; such an op has an effect. */
  state?(inputs: readonly Tensor[], attrs: Attrs): readonly number[];
  /** Changes state that later steps read: kept even if nothing in this graph reads it. */
  readonly effect?: boolean;
  /** Fed from outside the graph: weights, step inputs, constants, caches. */
  readonly source?: boolean;
}
