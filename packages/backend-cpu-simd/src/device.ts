import { cpus, totalmem } from "node:os";
import {
  type Device,
  type DeviceInfo,
  EngineError,
  type OpCall,
  type Plan,
  type Program,
  type Residency,
  type StateSize,
  type StateStore,
  siluMulOp,
  type Watch,
  type WeightBytes,
  type WeightSource,
  type WeightStore,
  type WeightUse,
} from "@engine/core";
import type { Native } from "./native.ts";
import { CpuPlan } from "./plan.ts";
import type { DeviceKind, Lease } from "./shared-device.ts";
import { CpuState } from "./state-store.ts";
import { supports } from "./supports.ts";
import { CpuWeights } from "./weight-store.ts";

/**
 * A holder of the process's threads: devices opened alike share them, and steps of all their plans run one after the
 * other, in call order.
 */
export class CpuDevice implements Device {
  readonly info: DeviceInfo;
  readonly fused = [siluMulOp];
  readonly #native: Native;
  readonly #lease: Lease;
  readonly #open = new Set<{ dispose(): Promise<void> }>();
  #closing: Promise<void> | undefined;

  constructor(native: Native, lease: Lease, { level, threads }: DeviceKind) {
    this.#native = native;
    this.#lease = lease;
    const model = cpus()[0]?.model.trim() ?? process.arch;
    const name = `${model} (${level}, threads: ${threads})`;
    this.info = { name, kind: "cpu", memoryBytes: totalmem(), threads };
  }

  supports(call: OpCall): boolean {
    return supports(call, this.#native.ops);
  }

  async weights(
    source: WeightSource,
    uses: readonly WeightUse[],
    residency: Residency,
    watch: Watch = {},
  ): Promise<WeightStore> {
    this.#alive();
    const options = { residency, watch, onDispose: this.#forget };
    return this.#owned(await CpuWeights.load(this.#native, this.#lease.device, { source, uses, ...options }));
  }

  weightBytes(source: WeightSource, uses: readonly WeightUse[], residency: Residency): WeightBytes {
    this.#alive();
    return CpuWeights.measure(this.#native, { source, uses, residency });
  }

  async state(program: Program, size: StateSize): Promise<StateStore> {
    this.#alive();
    return this.#owned(
      new CpuState(this.#native, this.#lease.device, { program, size, onDispose: this.#forget }),
    );
  }

  async plan(program: Program, weights: WeightStore, state: StateStore): Promise<Plan> {
    this.#alive();
    if (!(weights instanceof CpuWeights && state instanceof CpuState)) {
      throw new EngineError("bad-option", "plan: the weights and the state must come from this device.");
    }
    return this.#owned(new CpuPlan(this.#native, program, { weights, state, onDispose: this.#forget }));
  }

  liveBytes(): number {
    return this.#lease.device.liveBytes();
  }

  trim(): void {
    this.#alive();
    this.#lease.device.trim();
  }

  /** See multiplyLimit. */
  multiplyRate(kind: "f32" | "codes4" | "codes8"): Promise<number> {
    this.#alive();
    const { device } = this.#lease;
    if (kind === "f32") return device.multiplyAdd(4e6);
    return device.multiplyAdd(4e5, kind === "codes4" ? 4 : 8);
  }

  /** Waits for steps that run or wait, frees what was not disposed, ends the threads. */
  close(): Promise<void> {
    this.#closing ??= (async () => {
      await Promise.all(Array.from(this.#open, (owner) => owner.dispose()));
      await this.#lease.release();
    })();
    return this.#closing;
  }

  #alive(): void {
    if (this.#closing) throw new EngineError("disposed", "The device was used after close().");
  }

  #owned<T extends { dispose(): Promise<void> }>(owner: T): T {
    this.#open.add(owner);
    return owner;
  }

  readonly #forget = (owner: { dispose(): Promise<void> }): void => {
    this.#open.delete(owner);
  };
}
