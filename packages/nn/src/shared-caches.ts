/** The layer whose keys and values each layer reads; its own index where it owns them. */
export type SharedCaches = readonly number[];

/** The last `shared` layers read the cache of the last layer before them that is of their kind. */
export function sharedCaches(kinds: readonly string[], shared: number): SharedCaches {
  const first = kinds.length - shared;
  return kinds.map((kind, i) => (i < first ? i : kinds.lastIndexOf(kind, first - 1)));
}
