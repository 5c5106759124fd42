/** Items of several sources as they come, each with the index of its source. Ends them all when one fails. */
export async function* merge<T extends object>(
  sources: readonly AsyncGenerator<T, void, undefined>[],
): AsyncGenerator<T & { readonly index: number }, void, undefined> {
  const [only, ...others] = sources;
  if (only && others.length === 0) {
    for await (const item of only) yield { ...item, index: 0 };
    return;
  }
  const next = (index: number) => {
    const item = sources[index]!.next().then((result) => ({ index, result }));
    // It may fail while nobody asks; the next race throws it.
    item.catch(() => {});
    return item;
  };
  const pending = new Map(sources.map((_, index) => [index, next(index)]));
  try {
    while (pending.size > 0) {
      const { index, result } = await Promise.race(pending.values());
      if (result.done) pending.delete(index);
      else {
        pending.set(index, next(index));
        yield { ...result.value, index };
      }
    }
  } finally {
    await Promise.all(sources.map((source) => source.return()));
  }
}
