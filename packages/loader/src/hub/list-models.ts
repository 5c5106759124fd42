import { readdir, stat } from "node:fs/promises";
import { join } from "node:path";
import { EngineError } from "@engine/core";
import { INDEX_FILE, list, SINGLE_FILE } from "../find-weights.ts";
import { ioError } from "../io-error.ts";
import { type HubOptions, hubCacheFolder, hubRepoId } from "./hub-cache.ts";
import { shardNames } from "./shard-names.ts";
import { distinct, refsByCommit, type SnapshotFile, snapshotFiles } from "./snapshot-files.ts";

/** One revision of a model in the cache. */
export interface CachedRevision {
  readonly commit: string;
  /** Branches and tags that mean it here. */
  readonly refs: readonly string[];
  readonly folder: string;
  readonly files: number;
  /** Of its files; two revisions may share some. */
  readonly bytes: number;
  /** What a model needs and this one lacks: names of files, or "safetensors"; empty when it can be run. */
  readonly missing: readonly string[];
  /** When its newest file came. */
  readonly modified: Date;
}

/** A model in the cache, whichever tool downloaded it. */
export interface CachedModel {
  readonly id: string;
  readonly folder: string;
  /** The newest first. */
  readonly revisions: readonly CachedRevision[];
  /** Of all its revisions, what they share counted once. */
  readonly bytes: number;
  /** Of downloads that have not ended. */
  readonly partialBytes: number;
}

/** The models in the hub cache, sorted by id. Reads names, links and indices only; an absent cache has none. */
export async function listModels({ hubCache }: Pick<HubOptions, "hubCache"> = {}): Promise<CachedModel[]> {
  const cache = hubCache ?? hubCacheFolder();
  const names = await readdir(cache).catch((error: NodeJS.ErrnoException) => {
    if (error.code === "ENOENT") return [];
    throw ioError(error, cache);
  });
  const models: CachedModel[] = [];
  for (const name of names.toSorted()) {
    const id = hubRepoId(name);
    const model = id === undefined ? undefined : await cachedModel(join(cache, name), id);
    if (model) models.push(model);
  }
  return models;
}

/** One entry of the cache; undefined when it has no snapshots. */
export async function cachedModel(folder: string, id: string): Promise<CachedModel | undefined> {
  const snapshots = join(folder, "snapshots");
  const commits = await readdir(snapshots, { withFileTypes: true }).catch(() => undefined);
  if (!commits) return undefined;
  const refs = await refsByCommit(folder);
  const all: SnapshotFile[] = [];
  const revisions: CachedRevision[] = [];
  for (const { name: commit } of commits.filter((item) => item.isDirectory())) {
    const files = await snapshotFiles(join(snapshots, commit));
    all.push(...files);
    revisions.push({
      commit,
      refs: refs.get(commit) ?? [],
      folder: join(snapshots, commit),
      files: files.length,
      bytes: sum(files),
      missing: await missing(join(snapshots, commit), files),
      modified: new Date(Math.max(0, ...files.map((file) => file.modified.getTime()))),
    });
  }
  const blobs = await list(join(folder, "blobs")).catch(() => []);
  const partial = blobs.filter((name) => name.endsWith(".incomplete"));
  return {
    id,
    folder,
    revisions: revisions.toSorted((a, b) => b.modified.getTime() - a.modified.getTime()),
    bytes: sum(all),
    partialBytes: await sizes(partial.map((name) => join(folder, "blobs", name))),
  };
}

async function missing(folder: string, files: readonly SnapshotFile[]): Promise<string[]> {
  const broken = files.filter(({ bytes }) => bytes === undefined).map(({ path }) => path);
  const there = new Set(files.filter(({ bytes }) => bytes !== undefined).map(({ path }) => path));
  const needed = ["config.json"];
  if (!there.has(SINGLE_FILE)) {
    if (there.has(INDEX_FILE)) needed.push(...(await shardsOrNone(join(folder, INDEX_FILE))));
    else if (!files.some(({ path }) => path.endsWith(".safetensors"))) needed.push("safetensors");
  }
  return [...new Set([...needed.filter((path) => !there.has(path)), ...broken])];
}

/** An index that cannot be read is itself what is missing. */
async function shardsOrNone(index: string): Promise<string[]> {
  try {
    return await shardNames(index);
  } catch (error) {
    if (EngineError.isInstance(error)) return [`a readable ${INDEX_FILE}`];
    throw error;
  }
}

function sum(files: readonly SnapshotFile[]): number {
  return distinct(files).reduce((bytes, file) => bytes + (file.bytes ?? 0), 0);
}

async function sizes(paths: readonly string[]): Promise<number> {
  const found = await Promise.all(paths.map((path) => stat(path).catch(() => undefined)));
  return found.reduce((bytes, file) => bytes + (file?.size ?? 0), 0);
}
