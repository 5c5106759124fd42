import { describeModel } from "@engine/auto";
import { CACHE_DTYPES, type CacheDType } from "@engine/core";
import type { Extensions } from "./extensions.ts";

/** Bytes, told by the header alone. */
export interface MemoryEstimate {
  readonly context: number;
  readonly weights: number;
  /** Keys and values of one text of the whole context, by their number format. */
  readonly kv: Readonly<Record<CacheDType, number>>;
  /** Scratch memory of one step at its largest. */
  readonly activations: number;
}

/** What a model will take with a context of so many tokens. */
export async function estimateMemory(
  path: string,
  { registry, plugins, context }: Pick<Extensions, "registry" | "plugins"> & { readonly context: number },
): Promise<MemoryEstimate> {
  const found = await Promise.all(
    CACHE_DTYPES.map((kv) => describeModel(path, { registry, plugins, context, kv, sessions: 1 })),
  );
  const { weights, activations } = found[0]!;
  const kv = Object.fromEntries(
    found.map(({ kv }, i) => [CACHE_DTYPES[i], kv.total]),
  ) as MemoryEstimate["kv"];
  return { context, weights: weights.total, kv, activations };
}
