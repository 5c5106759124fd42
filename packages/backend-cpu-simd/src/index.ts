export { cpuSimd, cpuSimdAt, isaLevels } from "./cpu-simd.ts";
export type { IsaLevel } from "./native.ts";
export { readLimit } from "./read-limit.ts";
