import { dirname, join, posix, win32 } from "node:path";
import { EngineError } from "@engine/core";
import { isObject, kindOf, readJsonObject } from "./read-json.ts";
import { show } from "./show.ts";

/** Which shard holds which tensors, as `model.safetensors.index.json` tells it. */
export interface ShardIndex {
  readonly path: string;
  readonly shards: readonly Shard[];
}

export interface Shard {
  readonly path: string;
  readonly names: readonly string[];
}

/** Reads an index. Every shard lies in the index's folder or below; `bad-checkpoint` otherwise. */
export async function readShardIndex(path: string): Promise<ShardIndex> {
  const json = await readJsonObject(path, { code: "bad-checkpoint", duplicateKeys: "refuse" });
  const map = json.weight_map;
  if (!isObject(map)) {
    throw bad(path, `"weight_map" must be an object of tensor name to file, but is ${kindOf(map)}.`);
  }
  const byFile = new Map<string, string[]>();
  for (const [name, file] of Object.entries(map)) {
    if (typeof file !== "string") {
      throw bad(path, `tensor ${show(name)}: the shard must be a file name, but is ${show(file)}.`);
    }
    if (!staysInside(file)) {
      throw bad(path, `tensor ${show(name)}: the shard ${show(file)} leads out of the checkpoint's folder.`);
    }
    // "a" and "./a" are one file.
    const shard = posix.normalize(file);
    const names = byFile.get(shard);
    if (names) names.push(name);
    else byFile.set(shard, [name]);
  }
  if (byFile.size === 0) throw bad(path, '"weight_map" is empty: the checkpoint has no tensors.');
  const folder = dirname(path);
  return { path, shards: [...byFile].map(([file, names]) => ({ path: join(folder, file), names })) };
}

/** Lexical only: a hub cache's files are symbolic links to its blobs. */
function staysInside(file: string): boolean {
  if (file === "" || file.includes("\0") || file.includes("\\")) return false;
  return (
    !posix.isAbsolute(file) &&
    !win32.isAbsolute(file) &&
    !/^[a-z]:/i.test(file) &&
    !file.split("/").includes("..")
  );
}

function bad(path: string, text: string): EngineError {
  return new EngineError("bad-checkpoint", `${path}: ${text} Download the index again.`);
}
