import { randomUUID } from "node:crypto";
import { mkdir, readFile, rename, rm, stat, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { ioError } from "../io-error.ts";
import { hubLockFile, hubRepoFolder } from "./hub-cache.ts";
import { placeFile } from "./place-file.ts";
import type { RepoFile } from "./repo-files.ts";

/** The standard first line by which backup programs know a cache. */
const CACHE_TAG =
  "Signature: 8a477f597d28d172789f06886806bc55\n# Downloaded models; see https://bford.info/cachedir/\n";

type Blob = Pick<RepoFile, "hash" | "size">;

/** One model in the cache at one commit: `refs/`, `blobs/` by hash, and `snapshots/<commit>/` of links to them. */
export class CacheEntry {
  readonly repo: string;
  readonly snapshot: string;
  readonly lock: string;
  readonly commit: string;
  readonly #cache: string;
  readonly #symlinks: boolean;

  constructor(options: { id: string; commit: string; cache: string; symlinks: boolean }) {
    const { id, commit, cache, symlinks } = options;
    this.repo = hubRepoFolder(id, cache);
    this.snapshot = join(this.repo, "snapshots", commit);
    this.lock = hubLockFile(id, cache);
    this.commit = commit;
    this.#cache = cache;
    this.#symlinks = symlinks;
  }

  async begin(): Promise<void> {
    for (const folder of ["refs", "blobs", join("snapshots", this.commit)])
      await makeFolder(join(this.repo, folder));
    // It is there already, or the cache is fine without it.
    await writeFile(join(this.#cache, "CACHEDIR.TAG"), CACHE_TAG, { flag: "wx" }).catch(() => {});
  }

  blob({ hash }: Blob): string {
    return join(this.repo, "blobs", hash.hex);
  }

  /** Whether the snapshot has the file. Its size must fit; the hash was checked when it came. */
  async has(file: RepoFile): Promise<boolean> {
    return (await sizeOf(join(this.snapshot, file.path))) === file.size;
  }

  async hasBlob(file: Blob): Promise<boolean> {
    return (await sizeOf(this.blob(file))) === file.size;
  }

  /** Bytes that the network must still bring for files which the snapshot does not have. */
  async bytesToCome(files: readonly RepoFile[]): Promise<number> {
    let bytes = 0;
    const blobs = new Map(files.map((file) => [file.hash.hex, file]));
    for (const file of blobs.values()) {
      if (await this.hasBlob(file)) continue;
      const begun = (await sizeOf(`${this.blob(file)}.incomplete`)) ?? 0;
      bytes += Math.max(0, file.size - begun);
    }
    return bytes;
  }

  place(file: RepoFile): Promise<void> {
    return placeFile(this.blob(file), join(this.snapshot, file.path), { symlinks: this.#symlinks });
  }

  /** Makes a branch or tag mean this commit. */
  async name(revision: string): Promise<void> {
    if (revision === this.commit) return;
    const ref = join(this.repo, "refs", revision);
    // Readers take every file below refs/ for a ref.
    const aside = join(this.repo, `${randomUUID()}.ref`);
    try {
      if ((await readFile(ref, "utf8").catch(() => "")) === this.commit) return;
      await makeFolder(dirname(ref));
      await writeFile(aside, this.commit);
      await rename(aside, ref);
    } catch (error) {
      throw ioError(error, ref);
    } finally {
      await rm(aside, { force: true });
    }
  }
}

async function sizeOf(path: string): Promise<number | undefined> {
  const found = await stat(path).catch(() => undefined);
  return found?.isFile() ? found.size : undefined;
}

async function makeFolder(path: string): Promise<void> {
  await mkdir(path, { recursive: true }).catch((error: unknown) => {
    throw ioError(error, path);
  });
}
