export { type Golden, readGolden } from "./golden.ts";
export { type MemoryWeight, memorySource, memoryWeight } from "./memory-source.ts";
export type { CaseInput, OpCase, Turn } from "./op-case.ts";
export type { ValueRange } from "./random.ts";
export { type StrictOptions, strictBackend } from "./strict/strict-backend.ts";
export { type ArchitectureTestOptions, testArchitecture } from "./test-architecture.ts";
export { type BackendTestOptions, testBackend } from "./test-backend.ts";
export { type OpTestOptions, type Skip, testOps } from "./test-ops.ts";
export * from "./tolerance.ts";
