import { readdir } from "node:fs/promises";
import { join } from "node:path";
import { EngineError } from "@engine/core";
import { ioError } from "./io-error.ts";
import { show } from "./show.ts";
import { otherWeights } from "./weight-formats.ts";

export const SINGLE_FILE = "model.safetensors";
export const INDEX_FILE = "model.safetensors.index.json";

export function isIndexFile(path: string): boolean {
  return path.endsWith(".safetensors.index.json");
}

/**
 * The weights of a folder: its single file, else its index. Undefined when it holds no weights at all;
 * throws `unsupported` for weights of another format, `missing-file` for safetensors under other names.
 */
export async function findWeights(folder: string): Promise<string | undefined> {
  const names = await list(folder);
  const usual = [SINGLE_FILE, INDEX_FILE].find((name) => names.includes(name));
  if (usual !== undefined) return join(folder, usual);

  const safetensors = names.filter((name) => name.endsWith(".safetensors"));
  if (safetensors.some((name) => /-\d+-of-\d+\.safetensors$/.test(name))) {
    throw new EngineError(
      "missing-file",
      `${folder}: holds shards (${some(safetensors)}) but not ${INDEX_FILE}. Download it too, or give the list of files.`,
    );
  }
  if (safetensors.length > 0) {
    throw new EngineError(
      "missing-file",
      `${folder}: holds ${some(safetensors)} but no ${SINGLE_FILE}. Give the path of the file that is meant.`,
    );
  }
  const other = otherWeights(names);
  if (other) {
    throw new EngineError(
      "unsupported",
      `${folder}: holds ${other.what} (${show(other.file)}). ${other.next}`,
    );
  }
  return undefined;
}

/** The names in a folder, sorted. */
export async function list(folder: string): Promise<string[]> {
  try {
    return (await readdir(folder)).toSorted();
  } catch (error) {
    throw ioError(error, folder);
  }
}

/** The first few names, for a message. */
export function some(names: readonly string[]): string {
  const shown = names.slice(0, 5).map(show).join(", ");
  return names.length > 5 ? `${shown} and ${names.length - 5} more` : shown;
}
