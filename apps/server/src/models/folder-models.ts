import { readdir, stat } from "node:fs/promises";
import { join } from "node:path";
import type { FoundModel } from "./model-source.ts";

/** What holds weights, alone or beside a config.json. */
const MODEL_FILE = /\.(gguf|task|litertlm)$/;

/** Models in folders of models: each entry with a config.json, and each single file of weights. Sorted by name. */
export async function folderModels(folders: readonly string[]): Promise<FoundModel[]> {
  const all = await Promise.all(folders.map(modelsIn));
  return all.flat();
}

async function modelsIn(folder: string): Promise<FoundModel[]> {
  const entries = await readdir(folder, { withFileTypes: true }).catch(() => []);
  const found: FoundModel[] = [];
  for (const { name } of entries.toSorted((a, b) => (a.name < b.name ? -1 : 1))) {
    const path = join(folder, name);
    // What is still being written is no model.
    if (name.startsWith(".") || name.endsWith(".incomplete") || !(await isModel(path))) continue;
    const id = name.replace(MODEL_FILE, "");
    found.push({ id, path, origin: "folder", ...(await sizeOf(path)), missing: [] });
  }
  return found;
}

async function isModel(path: string): Promise<boolean> {
  const entry = await stat(path).catch(() => undefined);
  if (entry?.isFile()) return MODEL_FILE.test(path);
  return (
    entry?.isDirectory() === true &&
    (await stat(join(path, "config.json")).catch(() => undefined)) !== undefined
  );
}

/** Bytes of a file, or of the files right inside a folder, and when the newest came. */
export async function sizeOf(path: string): Promise<Pick<FoundModel, "bytes" | "modified">> {
  const entry = await stat(path).catch(() => undefined);
  if (!entry) return { bytes: undefined, modified: undefined };
  if (entry.isFile()) return { bytes: entry.size, modified: entry.mtime };
  const names = await readdir(path).catch(() => []);
  const files = await Promise.all(names.map((name) => stat(join(path, name)).catch(() => undefined)));
  let [bytes, newest] = [0, 0];
  for (const file of files) {
    if (!file?.isFile()) continue;
    bytes += file.size;
    newest = Math.max(newest, file.mtimeMs);
  }
  return { bytes, modified: newest > 0 ? new Date(newest) : undefined };
}
