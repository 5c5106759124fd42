import { type Device, EngineError, type WeightStore } from "@engine/core";
import { CpuDevice } from "./device.ts";
import { CpuWeights } from "./weight-store.ts";

/** Seconds this device's threads take to read every matrix of the store once: the limit of a decoded token. For benches. */
export function readLimit(weights: WeightStore): Promise<number> {
  if (weights instanceof CpuWeights) return weights.readSeconds();
  throw new EngineError("bad-option", "readLimit: the weights must come from a device of cpu-simd.");
}

/**
 * Operations (two for a multiply-add) per second that this device's threads do at most, on registers and the first-level
 * cache: with f32, or with bytes and codes of 4 or of 8 bits. The limit of a prompt. For benches.
 */
export function multiplyLimit(device: Device, kind: "f32" | "codes4" | "codes8"): Promise<number> {
  if (device instanceof CpuDevice) return device.multiplyRate(kind);
  throw new EngineError("bad-option", "multiplyLimit: the device must be one of cpu-simd.");
}
