import { EngineError } from "@engine/core";
import { isObject, kindOf } from "../read-json.ts";
import { show } from "../show.ts";
import type { ContentHash } from "./content-hash.ts";
import { type HubResponse, request } from "./request.ts";
import { statusFault } from "./status-fault.ts";
import type { Transfer } from "./transfer.ts";
import { type RetryOptions, retrying, Transient } from "./transient.ts";

/** A file of a repository at one commit, as the hub lists it. The path is not checked yet. */
export interface RepoFile {
  readonly path: string;
  /** Bytes. */
  readonly size: number;
  readonly hash: ContentHash;
}

export interface RepoFiles {
  /** 40 hexadecimal digits. */
  readonly commit: string;
  readonly files: readonly RepoFile[];
}

/** More than any model has; a list without end must not fill the memory. */
const MOST_FILES = 100_000;
const MOST_JSON_BYTES = 64 * 2 ** 20;

/** The commit of a revision, and its files. */
export async function repoFiles(transfer: Transfer): Promise<RepoFiles> {
  const { hub, id, revision } = transfer;
  const api = `${hub.endpoint}/api/models/${id}`;
  const about = await getJson(`${api}/revision/${encodeURIComponent(revision)}`, transfer);
  const commit = isObject(about.json) ? about.json.sha : undefined;
  if (typeof commit !== "string" || !/^[0-9a-f]{40}$/.test(commit)) {
    throw bad(transfer, `its commit must be 40 hexadecimal digits, but is ${show(commit)}`);
  }
  const files = new Map<string, RepoFile>();
  let url: string | undefined = `${api}/tree/${commit}?recursive=true`;
  while (url !== undefined) {
    const page = await getJson(url, transfer);
    if (!Array.isArray(page.json))
      throw bad(transfer, `the list of files is ${kindOf(page.json)}, not a list`);
    for (const entry of page.json as unknown[]) {
      const file = readEntry(entry, transfer);
      if (!file) continue;
      if (files.has(file.path)) throw bad(transfer, `${show(file.path)} is listed twice`);
      files.set(file.path, file);
    }
    if (files.size > MOST_FILES) throw bad(transfer, `more than ${MOST_FILES} files are listed`);
    if (page.next !== undefined && page.json.length === 0) throw bad(transfer, "a page of the list is empty");
    url = page.next;
  }
  return { commit, files: [...files.values()] };
}

function readEntry(entry: unknown, transfer: Transfer): RepoFile | undefined {
  if (!isObject(entry) || typeof entry.path !== "string") {
    throw bad(transfer, `an entry of the list of files is ${show(entry)}`);
  }
  if (entry.type !== "file") return undefined;
  const { path } = entry;
  const lfs = isObject(entry.lfs) ? entry.lfs : undefined;
  const size = lfs ? lfs.size : entry.size;
  const hex = lfs ? lfs.oid : entry.oid;
  if (typeof size !== "number" || !Number.isSafeInteger(size) || size < 0) {
    throw bad(transfer, `${show(path)}: the size is ${show(size)}`);
  }
  // The hash becomes the name of a file here.
  if (typeof hex !== "string" || !(lfs ? /^[0-9a-f]{64}$/ : /^[0-9a-f]{40}$/).test(hex)) {
    throw bad(transfer, `${show(path)}: the hash is ${show(hex)}`);
  }
  return { path, size, hash: { kind: lfs ? "sha256" : "git-sha1", hex } };
}

interface Page {
  readonly json: unknown;
  readonly next: string | undefined;
}

function getJson(url: string, transfer: Transfer): Promise<Page> {
  const { signal, stall, hub } = transfer;
  const retry: RetryOptions = { ...transfer, attempts: Math.min(3, transfer.attempts) };
  return retrying(retry, async () => {
    const response = await request(url, { hub, signal, stall });
    if (response.status !== 200) {
      response.close();
      throw statusFault(response, transfer);
    }
    const text = await readText(response, transfer);
    try {
      return { json: JSON.parse(text) as unknown, next: nextPage(response, { url, transfer }) };
    } catch (error) {
      if (EngineError.isInstance(error)) throw error;
      throw new Transient(bad(transfer, `the answer is no JSON, but begins with ${show(text.slice(0, 40))}`));
    }
  });
}

async function readText(response: HubResponse, transfer: Transfer): Promise<string> {
  const chunks: Uint8Array[] = [];
  let bytes = 0;
  for await (const chunk of response.chunks()) {
    bytes += chunk.length;
    if (bytes > MOST_JSON_BYTES) throw bad(transfer, `the answer is longer than ${MOST_JSON_BYTES} bytes`);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString("utf8");
}

/** The token goes with the request, so the next page must be the hub's own. */
function nextPage(
  { headers }: HubResponse,
  { url, transfer }: { readonly url: string; readonly transfer: Transfer },
): string | undefined {
  const link = /<([^<>]+)>\s*;\s*rel="?next"?/.exec(headers.get("link") ?? "")?.[1];
  if (link === undefined) return undefined;
  const next = URL.canParse(link, url) ? new URL(link, url) : undefined;
  if (next?.origin !== new URL(url).origin) throw bad(transfer, `the list of files goes on at ${show(link)}`);
  return next.href;
}

function bad({ hub, id }: Transfer, what: string): EngineError {
  return new EngineError(
    "network-failed",
    `${id}: the answer of ${hub.endpoint} is not usable: ${what}. Check HF_ENDPOINT, and pull again.`,
  );
}
