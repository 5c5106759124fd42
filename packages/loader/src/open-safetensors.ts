import { stat } from "node:fs/promises";
import { EngineError } from "@engine/core";
import { findWeights, isIndexFile, SINGLE_FILE } from "./find-weights.ts";
import { ioError } from "./io-error.ts";
import { openSafetensorsFile, type SafetensorsFile } from "./safetensors-file.ts";
import { OpenSafetensors, type Placed, type SafetensorsSource } from "./safetensors-source.ts";
import { readShardIndex, type ShardIndex } from "./shard-index.ts";
import { show } from "./show.ts";

/**
 * Opens the weights of a file, of several files, of a sharded checkpoint's index, or of a folder that holds
 * `model.safetensors` or `model.safetensors.index.json`. Headers are read and checked at once and every file
 * stays open until close(), so that `extent` can hand out descriptors and a file that is replaced on disk
 * keeps its bytes. Throws `missing-file`, `bad-checkpoint`, `unsupported` or `io-failed`.
 */
export async function openSafetensors(from: string | readonly string[]): Promise<SafetensorsSource> {
  if (typeof from !== "string") {
    if (from.length === 0)
      throw new EngineError("bad-option", "openSafetensors: the list of paths is empty.");
    return openAll(from);
  }
  const path = await weightsAt(from);
  if (!isIndexFile(path)) return openAll([path]);
  return openSharded(await readShardIndex(path));
}

/** The weight file or index that a path stands for. */
async function weightsAt(path: string): Promise<string> {
  const found = await stat(path).catch((error: unknown) => {
    throw ioError(error, path);
  });
  if (!found.isDirectory()) return path;
  const weights = await findWeights(path);
  if (weights === undefined) {
    throw new EngineError(
      "missing-file",
      `${path}: holds no ${SINGLE_FILE} and no index of shards. Check the folder.`,
    );
  }
  return weights;
}

async function openSharded(index: ShardIndex): Promise<SafetensorsSource> {
  for (const { path, names } of index.shards) {
    await stat(path).catch((error: unknown) => {
      if ((error as NodeJS.ErrnoException).code !== "ENOENT") throw ioError(error, path);
      throw new EngineError(
        "missing-file",
        `${path}: this shard is missing; ${index.path} places ${names.length} tensors in it. Download the rest of the checkpoint.`,
        { cause: error },
      );
    });
  }
  return openAll(
    index.shards.map((shard) => shard.path),
    (files) => checkIndex(index, files),
  );
}

async function openAll(
  paths: readonly string[],
  check?: (files: readonly SafetensorsFile[]) => void,
): Promise<SafetensorsSource> {
  const files: SafetensorsFile[] = [];
  try {
    for (const path of paths) files.push(await openSafetensorsFile(path));
    check?.(files);
    return new OpenSafetensors(files, place(files));
  } catch (error) {
    await Promise.all(files.map((file) => file.handle.close()));
    throw error;
  }
}

/** Every tensor the index lists lies in its shard. A shard may hold others besides, as transformers has it. */
function checkIndex(index: ShardIndex, files: readonly SafetensorsFile[]): void {
  for (const [i, { path, names }] of index.shards.entries()) {
    const missing = names.find((name) => !files[i]?.tensors.has(name));
    if (missing === undefined) continue;
    const holder = files.find((file) => file.tensors.has(missing));
    const found = holder ? `${holder.path} holds it` : "no shard holds it";
    throw new EngineError(
      "bad-checkpoint",
      `${index.path}: places tensor ${show(missing)} in ${path}, but ${found}. Download the index and the shards again, from one revision.`,
    );
  }
}

function place(files: readonly SafetensorsFile[]): Map<string, Placed> {
  const tensors = new Map<string, Placed>();
  for (const file of files) {
    for (const [name, tensor] of file.tensors) {
      const first = tensors.get(name);
      if (first) {
        throw new EngineError(
          "bad-checkpoint",
          `${file.path}: tensor ${show(name)} is also in ${first.file.path}, so it is unclear which to use. Open only the files of one checkpoint, or download it again.`,
        );
      }
      tensors.set(name, { file, tensor });
    }
  }
  return tensors;
}
