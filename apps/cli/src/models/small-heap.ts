import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";

/**
 * Keeps JavaScript's heap small from here on: the space of new objects does not grow, of which loading would leave 32 MB.
 * With `collects`, for a process with a memory budget, `gc` is there, which loading calls.
 */
export function keepHeapSmall({ collects }: { readonly collects: boolean }): void {
  setFlagsFromString("--semi-space-growth-factor=1");
  if (!collects) return;
  setFlagsFromString("--expose-gc");
  globalThis.gc ??= runInNewContext("gc") as NonNullable<typeof globalThis.gc>;
}
