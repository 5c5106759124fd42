import { totalmem } from "node:os";
import type { ModelDescription } from "@engine/auto";

/** What a load takes, in bytes, told before it. */
export function plannedBytes({ weights, kv, activations }: ModelDescription): number {
  return weights.total + kv.total + activations;
}

/** Four fifths of what this process may have: of the machine, or of its container. */
export function defaultMemoryBudget(): number {
  const constrained = process.constrainedMemory();
  const limit = constrained > 0 ? Math.min(constrained, totalmem()) : totalmem();
  return Math.floor(limit * 0.8);
}
