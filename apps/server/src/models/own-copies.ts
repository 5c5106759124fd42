import { lstat, readdir, readFile, realpath, rmdir, unlink, writeFile } from "node:fs/promises";
import { dirname, join, relative, resolve } from "node:path";
import { EngineError } from "@engine/core";

/** Says which files of a folder the server made, and in which folder: a copy of the folder has another inode. */
const MARK = ".engine-copy.json";
const MOST_MARK_BYTES = 2 ** 20;

export interface CopyRemoval {
  /** Tells this folder from one that takes its name later. */
  readonly identity: string;
  readonly bytes: number;
  /** What lies in the folder that the server did not make: then nothing is to be deleted. */
  readonly foreign: readonly string[];
  run(): Promise<void>;
}

interface Entry {
  /** Below the folder. */
  readonly name: string;
  readonly bytes: number;
  readonly kind: "file" | "folder" | "other";
}

/** Notes that all that is in the folder was made here. */
export async function markCopy(folder: string): Promise<void> {
  const files = (await entriesOf(folder)).map(({ name }) => name).filter((name) => name !== MARK);
  await writeFile(join(folder, MARK), JSON.stringify({ inode: await inodeOf(folder), files }));
}

/** Whether the path is a folder of models' own entry, no link, that was made here. */
export async function isCopy(path: string, folders: readonly string[]): Promise<boolean> {
  return (await madeHere(path, folders)) !== undefined;
}

/** Plans to delete a copy; undefined for what was not made here. Links are never followed. */
export async function planCopyRemoval(
  path: string,
  folders: readonly string[],
): Promise<CopyRemoval | undefined> {
  const made = await madeHere(path, folders);
  if (!made) return undefined;
  const entries = await entriesOf(path);
  const files = entries.filter(({ kind }) => kind === "file");
  const own = new Set([...made.files, MARK]);
  const foreign = entries.filter(({ name, kind }) => kind === "other" || !own.has(name));
  return {
    identity: made.inode,
    bytes: files.reduce((sum, { bytes }) => sum + bytes, 0),
    foreign: foreign.map(({ name }) => name),
    async run() {
      // Without a config.json it is no model any more; the mark goes last. What came since keeps its folder.
      const order = (name: string): number => (name === "config.json" ? 0 : name === MARK ? 2 : 1);
      const sorted = files.toSorted((a, b) => order(a.name) - order(b.name));
      for (const { name } of sorted) await unlink(join(path, name)).catch(notDeleted(name));
      const inner = entries.filter(({ kind }) => kind === "folder").map(({ name }) => join(path, name));
      for (const folder of [...inner.toReversed(), path]) await rmdir(folder).catch(() => {});
    },
  };
}

function notDeleted(name: string): (cause: Error) => never {
  return (cause) => {
    throw new EngineError("io-failed", `${name}: cannot be deleted (${cause.message}). Delete it yourself.`, {
      cause,
    });
  };
}

async function madeHere(
  path: string,
  folders: readonly string[],
): Promise<{ readonly inode: string; readonly files: readonly string[] } | undefined> {
  if (!folders.some((folder) => resolve(folder) === dirname(resolve(path)))) return undefined;
  const inode = await inodeOf(path);
  const mark = await lstat(join(path, MARK)).catch(() => undefined);
  if (inode === undefined || !mark?.isFile() || mark.size > MOST_MARK_BYTES) return undefined;
  const text = await readFile(join(path, MARK), "utf8").catch(() => "");
  const told = parsed(text);
  if (told?.inode !== inode || !Array.isArray(told.files)) return undefined;
  return { inode, files: told.files.filter((name) => typeof name === "string") };
}

function parsed(text: string): { readonly inode?: unknown; readonly files?: unknown } | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === "object" && value !== null ? value : undefined;
  } catch {
    return undefined;
  }
}

/** Undefined for what is no folder, or a link to one. */
async function inodeOf(path: string): Promise<string | undefined> {
  const entry = await lstat(path, { bigint: true }).catch(() => undefined);
  return entry?.isDirectory() ? `${entry.ino}` : undefined;
}

/** All below the folder, a folder before what is in it. */
async function entriesOf(folder: string): Promise<readonly Entry[]> {
  const found = await readdir(folder, { withFileTypes: true, recursive: true });
  const entries = await Promise.all(
    found.map(async (item): Promise<Entry> => {
      const path = join(item.parentPath, item.name);
      const kind = item.isFile() ? "file" : item.isDirectory() ? "folder" : "other";
      return { name: relative(folder, path), kind, bytes: (await lstat(path)).size };
    }),
  );
  return entries.toSorted((a, b) => (a.name < b.name ? -1 : 1));
}

/** The folder or file itself, all links followed. */
export async function realPath(path: string): Promise<string> {
  return realpath(path).catch(() => path);
}
