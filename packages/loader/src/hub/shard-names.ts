import { dirname, relative, sep } from "node:path";
import { readShardIndex } from "../shard-index.ts";

/** The shards an index names, as paths in the repository. */
export async function shardNames(index: string): Promise<string[]> {
  const { shards } = await readShardIndex(index);
  return shards.map(({ path }) => relative(dirname(index), path).split(sep).join("/"));
}
