import { describeModel } from "@engine/auto";
import { type CacheDType, EngineError } from "@engine/core";
import { showBytes } from "../terminal/quantities.ts";
import type { Extensions } from "./extensions.ts";

export interface ContextWish extends Pick<Extensions, "registry" | "plugins"> {
  readonly path: string;
  readonly kv?: CacheDType | undefined;
  /** Asked for, and refused when it does not fit; otherwise the model's own, or as much of it as fits. */
  readonly context?: number | undefined;
}

/** Less is no use to anybody. */
const LEAST_CONTEXT = 128;
/** Keys and values are kept in blocks; whole ones are counted. */
const BLOCK_TOKENS = 32;

/**
 * The longest context whose keys and values fit a budget of bytes beside the weights and the activations. Throws
 * `out-of-memory` naming the sizes, or what describing the model throws.
 */
export async function contextWithin(budget: number, wish: ContextWish): Promise<number> {
  const { path, registry, plugins, context, kv } = wish;
  const described = await describeModel(path, {
    registry,
    plugins,
    sessions: 1,
    ...(context !== undefined && { context }),
    ...(kv && { kv }),
  });
  const fixed = described.weights.total + described.activations;
  const left = budget - fixed;
  if (described.kv.total <= left) return described.context;
  const fitting = Math.floor(left / described.kv.perToken / BLOCK_TOKENS) * BLOCK_TOKENS;
  if (context === undefined && fitting >= LEAST_CONTEXT) return fitting;
  const tokens = context ?? LEAST_CONTEXT;
  const caches = showBytes(
    context === undefined ? described.kv.perToken * LEAST_CONTEXT : described.kv.total,
  );
  throw new EngineError(
    "out-of-memory",
    `${path} does not fit: its weights take ${showBytes(described.weights.total)}, the largest step ${showBytes(described.activations)}, ` +
      `keys and values of ${tokens} tokens ${caches}, but --memory-budget is ${showBytes(budget)}. ` +
      "Give a larger budget, a shorter --context, or a smaller model; streaming weights from disk is not available yet.",
  );
}
