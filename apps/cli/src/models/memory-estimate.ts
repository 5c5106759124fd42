import { type DescribeOptions, type ModelPlanner, planModel } from "@engine/auto";
import { type CacheDType, EngineError } from "@engine/core";
import type { ModelMemory } from "@engine/runtime";
import { chooseBackends, type Extensions } from "./extensions.ts";

/** The memory that `run` and `bench` take at most, told by the header alone, where weights live here or there. */
export interface MemoryEstimate {
  readonly context: number;
  /** What keys and values are stored as. */
  readonly kv: CacheDType;
  readonly resident: ModelMemory;
  readonly mapped: ModelMemory;
  /** Within --memory-budget; or why that cannot be. */
  readonly budget?: ModelMemory | string;
}

export interface EstimateOptions {
  readonly contexts: readonly number[];
  readonly kv: readonly CacheDType[];
  readonly memoryBudget?: number | undefined;
  readonly backend?: string | undefined;
}

/** Memory at each context and number format of keys and values. */
export async function estimateMemory(
  path: string,
  found: Extensions,
  { contexts, kv: types, memoryBudget, backend }: EstimateOptions,
): Promise<MemoryEstimate[]> {
  if (contexts.length === 0) return [];
  const { registry, plugins } = found;
  const chosen = await chooseBackends(found, backend);
  await using planner = await planModel(path, {
    registry,
    plugins,
    backend: chosen,
    sessions: 1,
    maxSequences: 1,
    maxRows: 1,
  });
  const memory = (options: DescribeOptions): ModelMemory => planner.describe(options).memory;
  return contexts.flatMap((context) =>
    types.map((kv) => ({
      context,
      kv,
      resident: memory({ context, kv, residency: "resident" }),
      mapped: memory({ context, kv, residency: "mapped" }),
      ...(memoryBudget !== undefined && { budget: withinBudget(planner, { context, kv, memoryBudget }) }),
    })),
  );
}

function withinBudget(planner: ModelPlanner, options: DescribeOptions): ModelMemory | string {
  try {
    return planner.describe(options).memory;
  } catch (error) {
    if (EngineError.isInstance(error) && error.code === "out-of-memory") return error.message;
    throw error;
  }
}
