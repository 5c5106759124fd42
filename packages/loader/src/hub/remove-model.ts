import { lstat, readdir, rm } from "node:fs/promises";
import { dirname, join } from "node:path";
import { EngineError } from "@engine/core";
import { some } from "../find-weights.ts";
import { ioError } from "../io-error.ts";
import { show } from "../show.ts";
import { type HubOptions, hubCacheFolder, hubLockFile, hubRepoFolder, isHubId } from "./hub-cache.ts";
import { type CachedModel, type CachedRevision, cachedModel } from "./list-models.ts";
import { lockRepo } from "./repo-lock.ts";
import { snapshotFiles } from "./snapshot-files.ts";

/** What a removal would do; nothing is changed until `run`. */
export interface Removal {
  readonly id: string;
  readonly commits: readonly string[];
  /** Whether nothing of the model stays. */
  readonly isWhole: boolean;
  /** That the disk gets back. */
  readonly bytes: number;
  /** Throws `io-failed` where a download of this model is under way. */
  run(): Promise<void>;
}

/**
 * Plans to remove a model, or one revision (branch, tag, commit or the beginning of one), from the hub cache.
 * Files that another revision has too stay. Throws `missing-file` for what is not there.
 */
export async function planRemoval(id: string, options: HubOptions = {}): Promise<Removal> {
  const cache = options.hubCache ?? hubCacheFolder();
  const model = isHubId(id) ? await cachedModel(hubRepoFolder(id, cache), id) : undefined;
  if (!model) {
    throw new EngineError("missing-file", `${show(id)} is not in ${cache}. "engine list" shows what is.`);
  }
  const { revision } = options;
  const going = revision === undefined ? model.revisions : [revisionOf(model, revision)];
  const isWhole = going.length === model.revisions.length;
  const { paths, stays } = isWhole
    ? { paths: [model.folder], stays: new Set<string>() }
    : await pathsOf(model, going[0]!);
  return {
    id,
    commits: going.map(({ commit }) => commit),
    isWhole,
    bytes: await bytesBelow(paths, stays),
    async run() {
      const lock = hubLockFile(id, cache);
      {
        await using _ = await lockRepo(lock, { signal: new AbortController().signal });
        for (const path of paths) await remove(path);
      }
      if (isWhole) await remove(dirname(lock));
    },
  };
}

function revisionOf({ id, revisions }: CachedModel, asked: string): CachedRevision {
  const exact = revisions.filter(({ commit, refs }) => commit === asked || refs.includes(asked));
  const begin =
    asked.length >= 4 && /^[0-9a-f]+$/.test(asked) ? revisions.filter((r) => r.commit.startsWith(asked)) : [];
  const found = exact.length > 0 ? exact : begin;
  if (found.length === 1) return found[0]!;
  const there = revisions.flatMap(({ commit, refs }) => [...refs, commit.slice(0, 12)]);
  throw new EngineError(
    "missing-file",
    `${id}: ${found.length > 1 ? "more than one revision begins with" : "has no revision"} ${show(asked)} in the cache; there are ${some(there)}. Give one of these.`,
  );
}

/** Names first, then the snapshot, then contents: what is left after a crash is never a name for nothing. */
async function pathsOf(
  model: CachedModel,
  going: CachedRevision,
): Promise<{ paths: string[]; stays: Set<string> }> {
  /** Paths and inodes of contents that other revisions have. */
  const stays = new Set<string>();
  for (const { commit, folder } of model.revisions) {
    if (commit === going.commit) continue;
    for (const { inode, blob } of await snapshotFiles(folder)) stays.add(inode).add(blob);
  }
  const own = await snapshotFiles(going.folder);
  const freed = own.filter(({ inode, blob }) => !stays.has(inode) && !stays.has(blob));
  const inodes = new Set(freed.map(({ inode }) => inode));
  const blobs = join(model.folder, "blobs");
  const contents = new Set(freed.filter(({ blob }) => dirname(blob) === blobs).map(({ blob }) => blob));
  // A hard link in the snapshot does not tell the name of its blob.
  for (const name of await readdir(blobs).catch(() => [])) {
    const path = join(blobs, name);
    if (inodes.has((await identity(path))?.inode ?? "")) contents.add(path);
  }
  const refs = going.refs.map((ref) => join(model.folder, "refs", ref));
  const tree = join(model.folder, "trees", `${going.commit}.json`);
  return { paths: [...refs, going.folder, tree, ...contents], stays };
}

/** Each content once, links not followed; a hard link to what stays frees nothing. */
async function bytesBelow(paths: readonly string[], stays: ReadonlySet<string>): Promise<number> {
  const seen = new Map<string, number>();
  for (const path of paths) {
    const found = await readdir(path, { withFileTypes: true, recursive: true }).catch(() => undefined);
    const files = found ? found.map((item) => join(item.parentPath, item.name)) : [path];
    for (const file of files) {
      const content = await identity(file);
      if (content && !stays.has(content.inode)) seen.set(content.inode, content.bytes);
    }
  }
  return [...seen.values()].reduce((sum, bytes) => sum + bytes, 0);
}

async function identity(path: string): Promise<{ inode: string; bytes: number } | undefined> {
  const own = await lstat(path, { bigint: true }).catch(() => undefined);
  return own?.isFile() ? { inode: `${own.dev}:${own.ino}`, bytes: Number(own.size) } : undefined;
}

async function remove(path: string): Promise<void> {
  await rm(path, { recursive: true, force: true }).catch((error: unknown) => {
    throw ioError(error, path);
  });
}
