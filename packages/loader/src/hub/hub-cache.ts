import { readFile, stat } from "node:fs/promises";
import { homedir } from "node:os";
import { basename, dirname, join } from "node:path";
import { EngineError } from "@engine/core";
import { list, some } from "../find-weights.ts";
import { show } from "../show.ts";

export interface HubOptions {
  /** A branch, tag or commit; "main" unless told. */
  readonly revision?: string;
  /** The cache's folder; the standard one unless told. */
  readonly hubCache?: string;
}

const ID = /^[A-Za-z0-9][\w.-]*(?:\/[A-Za-z0-9][\w.-]*)?$/;

/** Whether a text can be a hub id: "org/name", or "name" for the oldest models. */
export function isHubId(text: string): boolean {
  return ID.test(text) && !text.includes("..") && !text.includes("--");
}

/** Where the hub's own tools keep downloads: HF_HUB_CACHE, else HF_HOME/hub, else ~/.cache/huggingface/hub. */
export function hubCacheFolder(env: Readonly<Record<string, string | undefined>> = process.env): string {
  const home = (path: string) => path.replace(/^~(?=$|[/\\])/, homedir());
  const direct = env.HF_HUB_CACHE || env.HUGGINGFACE_HUB_CACHE;
  if (direct) return home(direct);
  if (env.HF_HOME) return join(home(env.HF_HOME), "hub");
  return join(
    env.XDG_CACHE_HOME ? home(env.XDG_CACHE_HOME) : join(homedir(), ".cache"),
    "huggingface",
    "hub",
  );
}

/** The folder of a hub model in the cache, whether or not it exists. */
export function hubRepoFolder(id: string, cache: string): string {
  return join(cache, `models--${id.replace("/", "--")}`);
}

/** Whether a folder is a hub cache's entry of one model: it keeps its files under `snapshots/<commit>/`. */
export async function isHubRepo(folder: string): Promise<boolean> {
  return isFolder(join(folder, "snapshots"));
}

/** The lock of the process that writes to a model. Python's own lie beside it, one for each blob. */
export function hubLockFile(id: string, cache: string): string {
  return join(cache, ".locks", basename(hubRepoFolder(id, cache)), "engine.lock");
}

/** The id of a cache entry's folder, as `hubRepoFolder` names it; undefined for what is no model. */
export function hubRepoId(folder: string): string | undefined {
  const name = basename(folder);
  if (!name.startsWith("models--")) return undefined;
  const id = name.slice("models--".length).replace("--", "/");
  return isHubId(id) ? id : undefined;
}

/** Throws `bad-option` for what can be no branch, tag or commit; what passes is safe as a path below `refs/`. */
export function requireRevision(revision: string): void {
  if (/^[\w-][\w.-]*(\/[\w-][\w.-]*)*$/.test(revision) && !revision.includes("..")) return;
  throw new EngineError(
    "bad-option",
    `revision ${show(revision)} is no branch, tag or commit: those are letters, digits, ".", "-", "_" and "/". Correct it.`,
  );
}

/** What to do about a snapshot that lacks files; undefined for a folder that is none. */
export function pullHint(folder: string): string | undefined {
  const id = basename(dirname(folder)) === "snapshots" ? hubRepoId(dirname(dirname(folder))) : undefined;
  if (id === undefined) return undefined;
  return `Its download has not ended: engine pull ${id} (--revision, if it was another than main) goes on with it.`;
}

function pullCommand(repo: string, { revision }: HubOptions): string {
  const id = hubRepoId(repo) ?? "ORG/NAME";
  return `engine pull ${id}${revision === undefined ? "" : ` --revision ${revision}`}`;
}

/** The snapshot of a revision in a hub cache entry; `missing-file` when it is not there. */
export async function findSnapshot(repo: string, options: HubOptions = {}): Promise<string> {
  const { revision = "main" } = options;
  requireRevision(revision);
  const commit = (await readFile(join(repo, "refs", revision), "utf8").catch(() => revision)).trim();
  const named = join(repo, "snapshots", commit);
  // A ref is a file anyone may have written: only a plain name may become a path.
  if (/^[\w-][\w.-]*$/.test(commit) && (await isFolder(named))) return named;

  const commits = await list(join(repo, "snapshots"));
  if (options.revision === undefined && commits.length === 1) return join(repo, "snapshots", commits[0]!);
  const there = commits.length === 0 ? "none is there" : `there are ${some(commits)}`;
  throw new EngineError(
    "missing-file",
    `${repo}: no snapshot of revision ${JSON.stringify(revision)}; ${there}. Download it (${pullCommand(repo, options)}), or give a snapshot's folder.`,
  );
}

async function isFolder(path: string): Promise<boolean> {
  return (await stat(path).catch(() => undefined))?.isDirectory() ?? false;
}
