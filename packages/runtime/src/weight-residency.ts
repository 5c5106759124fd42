import { EngineError, type Program, type Residency } from "@engine/core";

/** Reads in flight share the ring with what is being multiplied: each may have this part of the budget. */
const READ_SHARE = 1 / 16;
const LEAST_READ = 256 * 1024;
const MOST_READ = 32 * 2 ** 20;

export interface MemoryPlan {
  readonly program: Program;
  /** Bytes of keys, values and recurrent state. */
  readonly stateBytes: number;
  readonly name: string;
}

/**
 * Where weights live when all of a model may take `budget` bytes: in memory when they fit beside a step and the caches,
 * else streamed through what these leave. Tables of which only rows are looked up stay in their files and do not count.
 * Throws `out-of-memory` when nothing is left.
 */
export function residencyWithin(budget: number, { program, stateBytes, name }: MemoryPlan): Residency {
  const whole = program.weights.filter(({ access }) => access === "whole");
  const bytes = whole
    .flatMap(({ encoding }) => Object.values(encoding.parts))
    .reduce((sum, part) => sum + part.bytes, 0);
  const left = budget - program.arena.bytes - stateBytes;
  if (left <= 0)
    throw new EngineError(
      "out-of-memory",
      `${name} does not fit: a step takes ${megabytes(program.arena.bytes)} and keys and values ${megabytes(stateBytes)}, but there ` +
        `are ${megabytes(Math.max(budget, 0))} for all of it. Give a larger memory budget or a shorter context.`,
    );
  return bytes <= left ? "auto" : { stream: { budget: left } };
}

/** The most bytes of a weight that are read in one go, for `CompileOptions.maxBinding`; any where nothing is streamed. */
export function largestRead(residency: Residency): { readonly maxBinding?: number } {
  if (typeof residency !== "object") return {};
  const part = Math.ceil(residency.stream.budget * READ_SHARE);
  return { maxBinding: Math.min(Math.max(part, LEAST_READ), MOST_READ) };
}

function megabytes(bytes: number): string {
  return `${(bytes / 1e6).toFixed(1)} MB`;
}
