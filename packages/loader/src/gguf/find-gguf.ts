import { basename, join } from "node:path";
import { EngineError } from "@engine/core";
import { list, some } from "../find-weights.ts";

/** Towers for images and sound lie beside the model in a file of their own. */
const TOWERS = /^mmproj/i;
const LATER_PART = /-(?!00001)\d{5}-of-\d{5}\.gguf$/;

export function isGguf(path: string): boolean {
  return /\.gguf$/i.test(basename(path));
}

/**
 * The model in GGUF that a folder holds: its one such file, or the first part of its one split file; undefined
 * without any. Throws `bad-option` naming them where there are several.
 */
export async function findGguf(folder: string): Promise<string | undefined> {
  const names = (await list(folder)).filter(
    (name) => isGguf(name) && !TOWERS.test(name) && !LATER_PART.test(name),
  );
  if (names.length <= 1) return names[0] === undefined ? undefined : join(folder, names[0]);
  throw new EngineError(
    "bad-option",
    `${folder}: holds ${names.length} models in GGUF: ${some(names)}. Give the path of the one that is meant.`,
  );
}
