import {
  EngineError,
  type Plan,
  type Program,
  type StepInput,
  type StepOutput,
  type Watch,
} from "@engine/core";
import type { Native, NativePlan } from "./native.ts";
import { engineError, translated, translatedAsync } from "./native-error.ts";
import { type OnDispose, Owned } from "./owned.ts";
import { encodeProgram } from "./program-words.ts";
import type { CpuState } from "./state-store.ts";
import type { CpuWeights } from "./weight-store.ts";

export interface PlanOptions {
  readonly weights: CpuWeights;
  readonly state: CpuState;
  readonly onDispose: OnDispose;
}

/** A program over its stores. A step is one native call. */
export class CpuPlan extends Owned implements Plan {
  readonly #native: NativePlan;
  readonly #weights: CpuWeights;
  readonly #state: CpuState;
  #steps = 0;

  constructor(native: Native, program: Program, { weights, state, onDispose }: PlanOptions) {
    super("A plan", onDispose);
    weights.alive();
    state.alive();
    this.#weights = weights;
    this.#state = state;
    const caches = Int32Array.from(program.caches, (spec) => state.indexOf(spec));
    const states = Int32Array.from(program.states, (spec) => state.indexOfState(spec));
    const { ops, words, places, blocks, constants, outputs } = encodeProgram(program, weights);
    this.#native = translated(
      () =>
        new native.Plan(
          weights.native,
          state.native,
          ops,
          words,
          places,
          constants,
          caches,
          outputs,
          states,
          blocks,
        ),
    );
  }

  async run(step: StepInput, out: StepOutput, { signal }: Watch = {}): Promise<void> {
    this.#usable();
    if (signal?.aborted) throw new EngineError("aborted", "The step was stopped before it began.");
    const id = this.#steps++;
    const abort = (): void => this.#native.abort(id);
    signal?.addEventListener("abort", abort, { once: true });
    try {
      await this.#native.run(step, out, id);
    } catch (error) {
      throw engineError(error);
    } finally {
      signal?.removeEventListener("abort", abort);
      // It has ended: forgotten.
      this.#native.abort(id);
    }
  }

  async logits(row: number, into: Float32Array): Promise<void> {
    this.#usable();
    await translatedAsync(() => this.#native.logits(row, into));
  }

  #usable(): void {
    this.alive();
    this.#weights.alive();
    this.#state.alive();
  }

  protected release(): Promise<void> {
    return this.#native.dispose();
  }
}
