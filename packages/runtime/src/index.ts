export { BlockPool } from "./block-pool.ts";
export { Runner, type Work } from "./runner.ts";
export { Sequence } from "./sequence.ts";
