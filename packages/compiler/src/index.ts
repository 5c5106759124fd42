export { compile } from "./compile.ts";
export { type MemoryPlan, planMemory, viewed } from "./memory-plan.ts";
export { rowBytes } from "./row-bytes.ts";
