import { cpuSimd } from "@engine/backend-cpu-simd";
import { reference } from "@engine/backend-reference";
import type { Backend } from "@engine/core";

/** The engine's own backends, fastest first; the last one runs everywhere. */
export function backends(): readonly Backend[] {
  return [cpuSimd, reference];
}
