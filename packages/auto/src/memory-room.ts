import { EngineError } from "@engine/core";

/** What JavaScript's heap and the threads' stacks grow by while a model answers. */
const GROWTH = 16 * 2 ** 20;

/**
 * What a model may take so that the whole process stays within a budget: less what the process has now. Bytes. Throws
 * `out-of-memory` where nothing is left.
 */
export function memoryRoom(budget: number | undefined): number | undefined {
  if (budget === undefined) return undefined;
  const now = process.memoryUsage.rss() + GROWTH;
  if (budget > now) return budget - now;
  throw new EngineError(
    "out-of-memory",
    `A memory budget of ${megabytes(budget)} is too small for any model: the process alone takes ${megabytes(now)}.`,
  );
}

function megabytes(bytes: number): string {
  return `${(bytes / 1e6).toFixed(1)} MB`;
}
