import { totalmem } from "node:os";
import {
  type Device,
  EngineError,
  elements,
  type Plan,
  type Program,
  type Residency,
  type StateSize,
  type StateStore,
  type Watch,
  type WeightBytes,
  type WeightSource,
  type WeightStore,
  type WeightUse,
} from "@engine/core";
import { ReferencePlan } from "./plan.ts";
import { ReferenceState } from "./state.ts";
import { ReferenceWeights } from "./weights.ts";

/** One JavaScript thread; runs every op that has a reference and asks for the definitions of the others. */
export class ReferenceDevice implements Device {
  readonly info = {
    name: "reference (JavaScript, 1 thread)",
    kind: "cpu" as const,
    memoryBytes: totalmem(),
    threads: 1,
  };
  readonly fused = [];
  readonly #live = new Set<{ readonly bytes: number | { readonly resident: number } }>();

  supports(call: Parameters<Device["supports"]>[0]): boolean {
    return call.op.reference !== undefined;
  }

  async weights(
    source: WeightSource,
    uses: readonly WeightUse[],
    _: Residency,
    watch?: Watch,
  ): Promise<WeightStore> {
    return this.#counted(await ReferenceWeights.load(source, uses, watch));
  }

  weightBytes(_: WeightSource, uses: readonly WeightUse[]): WeightBytes {
    return { resident: uses.reduce((sum, { encoding }) => sum + 4 * elements(encoding.shape), 0), mapped: 0 };
  }

  async state(program: Program, size: StateSize): Promise<StateStore> {
    return this.#counted(new ReferenceState(program, size));
  }

  async plan(program: Program, weights: WeightStore, state: StateStore): Promise<Plan> {
    if (!(weights instanceof ReferenceWeights && state instanceof ReferenceState)) {
      throw new EngineError("bad-option", "plan: the weights and the state must come from this device.");
    }
    return this.#counted(new ReferencePlan(program, weights, state));
  }

  liveBytes(): number {
    let total = 0;
    for (const { bytes } of this.#live) total += typeof bytes === "number" ? bytes : bytes.resident;
    return total;
  }

  async close(): Promise<void> {}

  /** Counts the owner's bytes until it is disposed. */
  #counted<
    T extends {
      readonly bytes: number | { readonly resident: number; readonly mapped: number };
      dispose(): Promise<void>;
    },
  >(owner: T): T {
    this.#live.add(owner);
    const dispose = owner.dispose.bind(owner);
    owner.dispose = async () => {
      await dispose();
      this.#live.delete(owner);
    };
    return owner;
  }
}
