import { reference } from "@engine/backend-reference";
import {
  type Backend,
  type Device,
  type OpCall,
  type Program,
  type Residency,
  type StateSize,
  siluMulOp,
  type Watch,
  type WeightSource,
  type WeightUse,
} from "@engine/core";
import { checkBindings } from "./bindings.ts";
import { later, turn } from "./later.ts";
import { poisoned } from "./poisoned.ts";
import { stagedSource } from "./staged-source.ts";
import { StrictPlan } from "./strict-plan.ts";

export interface StrictOptions {
  /** Largest weight range one call may bind, in bytes; 64 KiB unless told. */
  readonly maxBinding?: number;
}

/**
 * The reference backend behind every wall a GPU has: memory of its own that files are not mapped into, small
 * bindings, nothing done before its promise says so, and an arena full of NaN. What runs here does not lean
 * on what only a CPU in the same process forgives.
 */
export function strictBackend({ maxBinding = 64 * 1024 }: StrictOptions = {}): Backend {
  return {
    api: 1,
    name: "strict",
    unavailable: () => undefined,
    open: async () => {
      await turn();
      return new StrictDevice(await reference.open(), maxBinding);
    },
  };
}

class StrictDevice implements Device {
  readonly info;
  /** Run as one kernel, so that fusing is tested wherever this device is. */
  readonly fused = [siluMulOp];
  readonly #inner: Device;
  readonly #maxBinding: number;

  constructor(inner: Device, maxBinding: number) {
    this.#inner = inner;
    this.#maxBinding = maxBinding;
    this.info = { ...inner.info, name: `strict, over ${inner.info.name}`, maxBinding };
  }

  supports(call: OpCall): boolean {
    return call.op === siluMulOp || this.#inner.supports(call);
  }

  async weights(source: WeightSource, uses: readonly WeightUse[], residency: Residency, watch?: Watch) {
    await turn();
    for (const use of uses) checkBindings(use, this.#maxBinding);
    const staged = await stagedSource(source, uses, this.#maxBinding, watch?.signal);
    return later(await this.#inner.weights(staged, uses, residency, watch), ["dispose"]);
  }

  weightBytes(source: WeightSource, uses: readonly WeightUse[], residency: Residency) {
    return this.#inner.weightBytes(source, uses, residency);
  }

  async state(program: Program, size: StateSize) {
    await turn();
    const state = await this.#inner.state(program, size);
    return later(state, ["copy", "read", "write", "dispose"]);
  }

  async plan(
    program: Program,
    weights: Awaited<ReturnType<Device["weights"]>>,
    state: Awaited<ReturnType<Device["state"]>>,
  ) {
    for (const use of program.weights) checkBindings(use, this.#maxBinding);
    await turn();
    return new StrictPlan(await this.#inner.plan(poisoned(program), weights, state));
  }

  liveBytes(): number {
    return this.#inner.liveBytes();
  }

  async close(): Promise<void> {
    await turn();
    await this.#inner.close();
  }
}
