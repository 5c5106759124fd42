import { totalmem } from "node:os";

/** Four fifths of what this process may have: of the machine, or of its container. */
export function defaultMemoryBudget(): number {
  const constrained = process.constrainedMemory();
  const limit = constrained > 0 ? Math.min(constrained, totalmem()) : totalmem();
  return Math.floor(limit * 0.8);
}
