/** What JavaScript's heap, compiled code and the threads' stacks grow by while a model answers. */
const GROWTH = 16 * 2 ** 20;

/** What this process takes besides a model that is now loaded into it: what it has, and what answering adds. */
export function processBytes(): number {
  return process.memoryUsage.rss() + GROWTH;
}
