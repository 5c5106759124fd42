export { cpuSimd, cpuSimdAt, isaLevels } from "./cpu-simd.ts";
export { multiplyLimit, readLimit } from "./limits.ts";
export type { IsaLevel } from "./native.ts";
