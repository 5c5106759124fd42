export { type Golden, readGolden } from "./golden.ts";
export { type MemoryWeight, memorySource, memoryWeight } from "./memory-source.ts";
export { type StrictOptions, strictBackend } from "./strict/strict-backend.ts";
export { type ArchitectureTestOptions, testArchitecture } from "./test-architecture.ts";
export { type BackendTestOptions, testBackend } from "./test-backend.ts";
export type { Skip } from "./test-ops.ts";
