import { EngineError, type WeightStore } from "@engine/core";
import { CpuWeights } from "./weight-store.ts";

/** Seconds this device's threads take to read every matrix of the store once: the limit of a decoded token. For benches. */
export function readLimit(weights: WeightStore): Promise<number> {
  if (weights instanceof CpuWeights) return weights.readSeconds();
  throw new EngineError("bad-option", "readLimit: the weights must come from a device of cpu-simd.");
}
