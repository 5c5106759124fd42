import { rename, rm } from "node:fs/promises";
import { EngineError } from "@engine/core";
import { ioError } from "../io-error.ts";
import { show } from "../show.ts";
import { type OnBytes, PartialFile } from "./partial-file.ts";
import type { RepoFile } from "./repo-files.ts";
import { type HubResponse, request } from "./request.ts";
import { statusFault } from "./status-fault.ts";
import type { Transfer } from "./transfer.ts";
import { aborted, retrying, Transient } from "./transient.ts";

export interface DownloadOptions {
  readonly transfer: Transfer;
  readonly commit: string;
  /** Where the file goes, named by its hash; `<blob>.incomplete` until it is whole and right. */
  readonly blob: string;
  readonly onBytes: OnBytes;
}

/** Downloads one file, going on from what an earlier run left of it; nothing of a wrong content is kept. */
export async function downloadFile(file: RepoFile, options: DownloadOptions): Promise<void> {
  const { transfer, blob, onBytes } = options;
  const path = `${blob}.incomplete`;
  const { size, hash } = file;
  {
    await using part = await PartialFile.open(path, { size, hash, onBytes, signal: transfer.signal });
    try {
      await new Download(file, { ...options, part }).complete();
      await part.flush();
    } catch (error) {
      if (part.offset === 0) await rm(path, { force: true }).catch(() => {});
      throw error;
    }
  }
  await rename(path, blob).catch((error: unknown) => {
    throw ioError(error, blob);
  });
}

class Download {
  readonly #file: RepoFile;
  readonly #transfer: Transfer;
  readonly #part: PartialFile;
  readonly #url: string;
  /** Of the answer that the part comes from; only a strong one tells that the bytes are the same. */
  #etag: string | undefined;
  #furthest = 0;

  constructor(file: RepoFile, options: DownloadOptions & { readonly part: PartialFile }) {
    const { transfer, commit, part } = options;
    this.#file = file;
    this.#transfer = transfer;
    this.#part = part;
    const escaped = file.path.split("/").map(encodeURIComponent).join("/");
    this.#url = `${transfer.hub.endpoint}/${transfer.id}/resolve/${commit}/${escaped}`;
  }

  async complete(): Promise<void> {
    this.#furthest = this.#part.offset;
    let isSecondRound = false;
    for (;;) {
      await retrying(this.#transfer, (advanced) => this.#fetchRest(advanced));
      if (this.#part.isRight()) return;
      const { isJoined } = this.#part;
      await this.#part.clear();
      // Joined bytes may be of two versions, or spoiled on the disk: the whole file once more will tell.
      if (!isJoined || isSecondRound) break;
      isSecondRound = true;
      this.#etag = undefined;
      this.#furthest = 0;
    }
    throw new EngineError(
      "bad-checkpoint",
      `${this.#transfer.id}: what the server sent as ${show(this.#file.path)} is not what the hub lists: its ${this.#file.hash.kind === "sha256" ? "SHA-256" : "git SHA-1"} is not ${this.#file.hash.hex}. It was thrown away; pull again, and check HF_ENDPOINT if it stays so.`,
    );
  }

  async #fetchRest(advanced: () => void): Promise<void> {
    const part = this.#part;
    const { size } = this.#file;
    if (this.#transfer.signal.aborted) throw aborted();
    if (part.isWhole) return;
    const asked = part.offset;
    const response = await request(this.#url, {
      ...this.#transfer,
      headers: {
        ...(asked > 0 && { range: `bytes=${asked}-` }),
        ...(asked > 0 && this.#etag !== undefined && { "if-range": this.#etag }),
      },
    });
    try {
      await this.#accept(response);
      for await (const chunk of response.chunks()) {
        if (part.offset + chunk.length > size) {
          await part.clear();
          throw this.#lie(`more than the ${size} bytes the hub lists`);
        }
        await part.append(chunk);
        if (part.offset > this.#furthest) {
          this.#furthest = part.offset;
          advanced();
        }
      }
    } finally {
      response.close();
    }
    if (!part.isWhole) {
      throw this.#lie(`an answer that ends after ${part.offset} of ${size} bytes`);
    }
  }

  /** Makes the part ready for the body of this answer, or throws. */
  async #accept(response: HubResponse): Promise<void> {
    const { status, headers } = response;
    const part = this.#part;
    const { size, path } = this.#file;
    const etag = headers.get("etag") ?? undefined;
    if (status === 200) {
      // The server knows no ranges, or the file is another one than the part's.
      if (part.offset > 0) await part.clear();
      const length = headers.has("content-encoding") ? null : headers.get("content-length");
      if (length !== null && Number(length) !== size) throw this.#lie(`${length} bytes, not ${size}`);
    } else if (status === 206) {
      const range = /^bytes (\d+)-(\d+)\/(\d+|\*)$/.exec(headers.get("content-range") ?? "");
      const fits =
        Number(range?.[1]) === part.offset &&
        Number(range?.[2]) === size - 1 &&
        (range?.[3] === "*" || Number(range?.[3]) === size) &&
        !headers.has("content-encoding") &&
        (this.#etag === undefined || etag === this.#etag);
      if (!fits || part.offset === 0) {
        const wanted = `bytes ${part.offset}-${size - 1}/${size}`;
        await part.clear();
        throw this.#lie(
          `${show(headers.get("content-range") ?? "no range")} where "${wanted}" was asked for`,
        );
      }
      part.isJoined = true;
    } else if (status === 416) {
      await part.clear();
      throw this.#lie("HTTP 416: it has fewer bytes than are here already");
    } else {
      throw statusFault(response, { ...this.#transfer, path });
    }
    this.#etag = etag?.startsWith("W/") ? undefined : etag;
  }

  #lie(what: string): Transient {
    return new Transient(
      new EngineError(
        "network-failed",
        `${this.#transfer.id}: the server sends ${what}, for ${show(this.#file.path)}. Pull again to go on.`,
      ),
    );
  }
}
