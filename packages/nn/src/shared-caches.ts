import { EngineError } from "@engine/core";

/** The layer whose keys and values each layer reads; its own index where it owns them. */
export type SharedCaches = readonly number[];

/** The last `shared` layers read the cache of the last layer before them that is of their kind. Throws `bad-config`. */
export function sharedCaches(kinds: readonly string[], shared: number): SharedCaches {
  const first = kinds.length - shared;
  return kinds.map((kind, i) => {
    const owner = i < first ? i : kinds.lastIndexOf(kind, first - 1);
    if (first > 0 && owner >= 0) return owner;
    throw new EngineError(
      "bad-config",
      `"num_kv_shared_layers" is ${shared}: layer ${i} (${kind}) is to read the keys of a layer before layer ${first}, but none there is of its kind.`,
    );
  });
}
