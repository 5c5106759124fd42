import { lstat, readdir, readFile, readlink, stat } from "node:fs/promises";
import { dirname, join, relative, resolve, sep } from "node:path";
import { ioError } from "../io-error.ts";

/** A file of a snapshot. */
export interface SnapshotFile {
  /** In the repository, with "/". */
  readonly path: string;
  /** Where the content is: what a link points to (one step), else the file itself. */
  readonly blob: string;
  /** Of the content; undefined where a link leads nowhere. */
  readonly bytes: number | undefined;
  /** Of the content, the same for two hard links to it. */
  readonly inode: string;
  readonly modified: Date;
}

/** All files of a snapshot, sorted by path. */
export async function snapshotFiles(snapshot: string): Promise<SnapshotFile[]> {
  const found = await readdir(snapshot, { withFileTypes: true, recursive: true }).catch((error: unknown) => {
    throw ioError(error, snapshot);
  });
  const files = found.filter((item) => !item.isDirectory()).map((item) => join(item.parentPath, item.name));
  return Promise.all(
    files.toSorted().map(async (file) => {
      const to = await readlink(file).catch(() => undefined);
      const blob = to === undefined ? file : resolve(dirname(file), to);
      const [content, own] = [await stat(file, { bigint: true }).catch(() => undefined), await lstat(file)];
      return {
        path: relative(snapshot, file).split(sep).join("/"),
        blob,
        bytes: content === undefined ? undefined : Number(content.size),
        inode: content === undefined ? file : `${content.dev}:${content.ino}`,
        modified: new Date(content === undefined ? own.mtimeMs : Number(content.mtimeMs)),
      };
    }),
  );
}

/** Each content once. */
export function distinct(files: readonly SnapshotFile[]): SnapshotFile[] {
  return [...new Map(files.map((file) => [file.inode, file])).values()];
}

/** The refs of a cache entry that mean each commit: `main`, `refs/pr/1`. */
export async function refsByCommit(repo: string): Promise<Map<string, string[]>> {
  const folder = join(repo, "refs");
  const found = await readdir(folder, { withFileTypes: true, recursive: true }).catch(() => []);
  const refs = new Map<string, string[]>();
  for (const item of found) {
    if (!item.isFile()) continue;
    const path = join(item.parentPath, item.name);
    const commit = (await readFile(path, "utf8").catch(() => "")).trim();
    const name = relative(folder, path).split(sep).join("/");
    refs.set(commit, [...(refs.get(commit) ?? []), name].toSorted());
  }
  return refs;
}
