import {
  bind,
  EngineError,
  elements,
  type HostData,
  type HostTensor,
  type Node,
  type Plan,
  type Program,
  type RunContext,
  SEQUENCE,
  type Shape,
  type StepInput,
  type StepOutput,
  selectRow,
  type Watch,
  type WeightAttrs,
} from "@engine/core";
import { checkStep } from "./check-step.ts";
import type { ReferenceState } from "./state.ts";
import type { ReferenceWeights } from "./weights.ts";

/** Milliseconds of arithmetic between two looks at the event loop. */
const SLICE_MS = 20;

/** Runs a program's nodes in order, each by its op's reference, in the program's own arena. */
export class ReferencePlan implements Plan {
  readonly #program: Program;
  readonly #weights: ReferenceWeights;
  readonly #state: ReferenceState;
  #arena: ArrayBuffer;
  #logits: HostTensor | undefined;
  #queue: Promise<void> = Promise.resolve();
  #disposed = false;
  /** When to look at the event loop next. Kept over runs: many short ones would starve it as well. */
  #pause = performance.now() + SLICE_MS;

  constructor(program: Program, weights: ReferenceWeights, state: ReferenceState) {
    this.#program = program;
    this.#weights = weights;
    this.#state = state;
    this.#arena = new ArrayBuffer(program.arena.bytes);
  }

  get bytes(): number {
    return this.#arena.byteLength;
  }

  run(input: StepInput, out: StepOutput, watch: Watch = {}): Promise<void> {
    const step = structuredClone(input);
    // After the runs of all plans over this state that were asked for before it.
    const run = this.#state.queue.then(() => this.#execute(step, out, watch));
    this.#state.queue = run.catch(() => {});
    this.#queue = this.#state.queue;
    return run;
  }

  async logits(row: number, into: Float32Array): Promise<void> {
    await this.#queue;
    const vocab = this.#logits?.shape[1] ?? 0;
    if (!this.#logits || row < 0 || row >= this.#logits.shape[0]! || into.length !== vocab) {
      throw new EngineError(
        "bad-option",
        `logits: row ${row} into ${into.length} numbers; the last step has ${this.#logits?.shape[0] ?? 0} rows of ${vocab}.`,
      );
    }
    into.set(this.#logits.data.subarray(row * vocab, (row + 1) * vocab));
  }

  async dispose(): Promise<void> {
    await this.#queue;
    this.#disposed = true;
    this.#logits = undefined;
    this.#arena = new ArrayBuffer(0);
  }

  async #execute(step: StepInput, out: StepOutput, { signal }: Watch): Promise<void> {
    if (this.#disposed) throw new EngineError("disposed", "run() was called on a plan that was disposed.");
    checkStep(step, this.#program, this.#state.size);
    const { graph } = this.#program;
    const bindings = {
      tokens: step.tokens.length,
      rows: step.wanted.length,
      sequences: step.sequences.length / SEQUENCE.stride,
    };
    const values = new Map<Node, HostTensor>();
    for (const node of graph.nodes) {
      if (signal?.aborted) throw new EngineError("aborted", "The step was stopped.");
      values.set(node, this.#value(node, values, step, bindings));
      if (performance.now() > this.#pause) {
        await new Promise((resolve) => setImmediate(resolve));
        this.#pause = performance.now() + SLICE_MS;
      }
    }
    this.#deliver(values, step, out);
  }

  #value(
    node: Node,
    values: ReadonlyMap<Node, HostTensor>,
    step: StepInput,
    bindings: Record<string, number>,
  ): HostTensor {
    const { op, attrs, dtype } = node;
    const shape = bind(node.shape, bindings);
    const count = elements(shape);
    switch (op.source ? op.name : "") {
      case "weight": {
        const { name, begin, shape: stored } = attrs as unknown as WeightAttrs;
        const width = elements(stored.slice(1));
        return { shape, dtype, data: this.#weights.get(name).subarray(begin * width, begin * width + count) };
      }
      case "input":
        return { shape, dtype, data: step[attrs.name as "tokens" | "positions" | "extents"] };
      case "constant":
        return { shape, dtype, data: attrs.values as HostData };
      case "cache":
        return { shape, dtype, data: new Float32Array(0) };
    }
    const inputs = node.inputs.map((input) => values.get(input)!);
    const offset = this.#program.arena.offsets.get(node);
    // A view of a source has no place of its own.
    if (offset === undefined) return { shape, dtype, data: inputs[0]!.data };
    const out = { shape, dtype, data: arrayOf(dtype, this.#arena, offset, count) };
    if (!op.reference)
      throw new EngineError(
        "backend-failed",
        `op "${op.name}" has no reference; was the program compiled for this device?`,
      );
    if (!op.view) op.reference(inputs, out, attrs, this.#context(node, step, bindings));
    return out;
  }

  #context(node: Node, step: StepInput, bindings: Record<string, number>): RunContext {
    const first = (shape: Shape): string | undefined => (typeof shape[0] === "string" ? shape[0] : undefined);
    const symbols = [...node.inputs, node].map(({ shape }) => first(shape));
    return {
      step,
      bindings,
      symbols,
      cache: (name) => this.#state.cache(name, step),
      state: (name) => this.#state.slots(name, step),
    };
  }

  #deliver(values: ReadonlyMap<Node, HostTensor>, step: StepInput, out: StepOutput): void {
    for (const [name, node] of Object.entries(this.#program.graph.outputs)) {
      const value = values.get(node)!;
      if (name !== "logits") {
        out.tensors?.[name]?.set(value.data as Float32Array);
        continue;
      }
      this.#logits = value;
      const { select } = step;
      if (!select) continue;
      const vocab = value.shape[1]!;
      for (let row = 0; row < value.shape[0]!; row++) {
        const selected = selectRow(
          (value.data as Float32Array).subarray(row * vocab, (row + 1) * vocab),
          row,
          select,
        );
        out.ids?.set(selected.ids, row * select.top);
        out.values?.set(selected.values, row * select.top);
        out.lse?.set(selected.lse, row * 2);
      }
    }
  }
}

function arrayOf(dtype: string, arena: ArrayBuffer, offset: number, count: number): HostData {
  if (dtype === "i32") return new Int32Array(arena, offset, count);
  if (dtype === "f32") return new Float32Array(arena, offset, count);
  throw new EngineError("unsupported", `the reference backend computes no ${dtype} values.`);
}
