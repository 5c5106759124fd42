/**
 * Does the work for each item, some at a time. The first failure stops the others and is thrown once they have
 * ended, so that nothing is still written then.
 */
export async function eachOf<T>(
  items: readonly T[],
  { parallel, stop }: { readonly parallel: number; readonly stop: AbortController },
  work: (item: T) => Promise<void>,
): Promise<void> {
  const failures: unknown[] = [];
  const left = items.values();
  const worker = async () => {
    for (const item of left) {
      if (stop.signal.aborted) return;
      try {
        await work(item);
      } catch (error) {
        failures.push(error);
        stop.abort();
      }
    }
  };
  await Promise.all(Array.from({ length: Math.max(1, parallel) }, worker));
  if (failures.length > 0) throw failures[0];
}
