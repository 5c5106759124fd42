import type { Device } from "@engine/core";

/** What JavaScript's heap, compiled code and the threads' stacks grow by while a model answers. */
const GROWTH = 22 * 2 ** 20;
/** Pages of Node and its libraries that come back to a process that was trimmed, more than others would bring. */
const CODE = 8 * 2 ** 20;

/** What this process takes besides a model that is now loaded into it: what it has, and what answering adds. */
export function processBytes({ trimmed = false }: { readonly trimmed?: boolean } = {}): number {
  return process.memoryUsage.rss() + GROWTH + (trimmed ? CODE : 0);
}

/** Makes the process small: its garbage, where the program exposes `gc`, and what the device knows to give back. */
export function trimProcess(device: Device): void {
  globalThis.gc?.();
  device.trim?.();
}
