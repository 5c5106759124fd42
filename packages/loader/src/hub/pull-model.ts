import { join } from "node:path";
import { EngineError } from "@engine/core";
import { show } from "../show.ts";
import { CacheEntry } from "./cache-entry.ts";
import { requireSpace } from "./disk-space.ts";
import { downloadFile } from "./download-file.ts";
import { eachOf } from "./each-of.ts";
import { type HubOptions, hubCacheFolder, isHubId, requireRevision } from "./hub-cache.ts";
import { ProgressCount, type PullProgress } from "./pull-progress.ts";
import { type RepoFile, repoFiles } from "./repo-files.ts";
import { lockRepo, type RepoLock } from "./repo-lock.ts";
import { requireSafePath } from "./repo-path.ts";
import { type FileChoice, selectFiles } from "./select-files.ts";
import { type HubAccess, hubOf, isTrue } from "./settings.ts";
import { shardNames } from "./shard-names.ts";
import type { Transfer } from "./transfer.ts";
import { aborted } from "./transient.ts";

export interface PullOptions extends HubOptions, HubAccess, FileChoice {
  readonly signal?: AbortSignal;
  /** Called once before the first byte comes, about ten times in a second while they do, and once at the end. */
  readonly onProgress?: (progress: PullProgress) => void;
  /** Called when another process downloads this model and this one waits for it; `holder` says which. */
  readonly onWait?: (holder: string) => void;
  /** Files at a time; 4 unless given. */
  readonly parallel?: number;
  /** Milliseconds without a byte after which a connection is given up; 30 000 unless given. */
  readonly stall?: number;
  /** How often in a row a file may fail without a byte more; 5 unless given. */
  readonly attempts?: number;
  /** Milliseconds before the second attempt, doubled for each further one; 500 unless given. */
  readonly delay?: number;
}

export interface PulledModel {
  readonly id: string;
  readonly revision: string;
  readonly commit: string;
  /** The snapshot: what `openCheckpoint` opens. */
  readonly folder: string;
  readonly files: readonly { readonly path: string; readonly bytes: number; readonly wasHere: boolean }[];
  /** Of all these files. */
  readonly bytes: number;
}

/**
 * Downloads a model from the hub into the standard cache, as the hub's own tools lay it out. Goes on where an
 * earlier run ended, checks each file's hash, and changes what a revision means only when all files are there.
 * Throws `access-denied`, `missing-file`, `network-failed`, `bad-checkpoint` (a wrong hash), `bad-option`,
 * `unsupported`, `io-failed` or `aborted`.
 */
export async function pullModel(id: string, options: PullOptions = {}): Promise<PulledModel> {
  const { revision = "main", env = process.env } = options;
  if (!isHubId(id)) {
    throw new EngineError("bad-option", `${show(id)} is no hub id: it must be like org/name. Correct it.`);
  }
  requireRevision(revision);
  const stop = new AbortController();
  const signal = options.signal ? AbortSignal.any([options.signal, stop.signal]) : stop.signal;
  if (signal.aborted) throw aborted();
  const { stall = 30_000, attempts = 5, delay = 500 } = options;
  const transfer: Transfer = { hub: await hubOf(options), id, revision, signal, stall, attempts, delay };
  const { commit, files } = await repoFiles(transfer);

  const entry = new CacheEntry({
    id,
    commit,
    cache: options.hubCache ?? hubCacheFolder(env),
    symlinks: !isTrue(env.HF_HUB_DISABLE_SYMLINKS),
  });
  await using lock = await lockRepo(entry.lock, { signal, onWait: options.onWait ?? (() => {}) });
  await entry.begin();
  const pull = new Pull({ transfer, entry, lock });
  const chosen = await selectFiles(files, { id, choice: options, shards: (index) => pull.shards(index) });
  for (const { path } of chosen) requireSafePath(path, id);

  const wasHere = new Set<string>();
  for (const file of chosen) if (await entry.has(file)) wasHere.add(file.path);
  const coming = chosen.filter(({ path }) => !wasHere.has(path));
  await requireSpace(entry.repo, await entry.bytesToCome(coming));

  const count = new ProgressCount(chosen, options.onProgress);
  for (const { path, size } of chosen) if (wasHere.has(path)) count.add(path, size, "disk");
  count.report();
  // Small files first: what is wrong with the access or the names shows before the gigabytes.
  const order = byContent(coming.toSorted((a, b) => a.size - b.size));
  await eachOf(order, { parallel: options.parallel ?? 4, stop }, async (same) => {
    for (const file of same) await pull.fetch(file, count);
  });
  lock.check();
  await entry.name(revision);
  count.report();
  return {
    id,
    revision,
    commit,
    folder: entry.snapshot,
    files: chosen.map(({ path, size }) => ({ path, bytes: size, wasHere: !pull.fetched.has(path) })),
    bytes: chosen.reduce((sum, { size }) => sum + size, 0),
  };
}

/** Files of one content share a blob, which only one may write at a time. */
function byContent(files: readonly RepoFile[]): RepoFile[][] {
  const groups = new Map<string, RepoFile[]>();
  for (const file of files) {
    const group = groups.get(file.hash.hex);
    if (group) group.push(file);
    else groups.set(file.hash.hex, [file]);
  }
  return [...groups.values()];
}

class Pull {
  readonly fetched = new Set<string>();

  constructor(
    readonly at: { readonly transfer: Transfer; readonly entry: CacheEntry; readonly lock: RepoLock },
  ) {}

  async fetch(file: RepoFile, count?: ProgressCount): Promise<void> {
    const { transfer, entry, lock } = this.at;
    lock.check();
    const blob = entry.blob(file);
    if (!(await entry.hasBlob(file))) {
      await downloadFile(file, {
        transfer,
        commit: entry.commit,
        blob,
        onBytes: (bytes, from) => count?.add(file.path, bytes, from),
      });
      this.fetched.add(file.path);
    } else count?.add(file.path, file.size, "disk");
    lock.check();
    await entry.place(file);
  }

  /** The index is small, and what it names decides the size of the download. */
  async shards(index: RepoFile): Promise<string[]> {
    const { entry } = this.at;
    if (!(await entry.has(index))) await this.fetch(index);
    return shardNames(join(entry.snapshot, index.path));
  }
}
