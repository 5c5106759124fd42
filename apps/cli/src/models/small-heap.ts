import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";

/**
 * Keeps JavaScript's heap small from here on, for a process with a memory budget: the space of new objects does not grow
 * (loading would leave 32 MB of it), and `gc` is there, which loading calls.
 */
export function keepHeapSmall(): void {
  setFlagsFromString("--semi-space-growth-factor=1");
  setFlagsFromString("--expose-gc");
  globalThis.gc ??= runInNewContext("gc") as NonNullable<typeof globalThis.gc>;
}
