import { describeModel } from "@engine/auto";
import type { Extensions } from "./extensions.ts";

/** Bytes, told by the header alone. */
export interface MemoryEstimate {
  readonly context: number;
  readonly weights: number;
  /** Keys and values of one text of the whole context, by their number format. */
  readonly kv: { readonly f32: number; readonly f16: number; readonly bf16: number };
  /** Scratch memory of one step at its largest. */
  readonly activations: number;
}

/** What a model will take with a context of so many tokens. */
export async function estimateMemory(
  path: string,
  { registry, plugins, context }: Pick<Extensions, "registry" | "plugins"> & { readonly context: number },
): Promise<MemoryEstimate> {
  const { weights, kv, activations } = await describeModel(path, {
    registry,
    plugins,
    context,
    kv: "f32",
    sessions: 1,
  });
  const half = kv.total / 2;
  return { context, weights: weights.total, kv: { f32: kv.total, f16: half, bf16: half }, activations };
}
