import type { Hash } from "node:crypto";
import { type FileHandle, open } from "node:fs/promises";
import { EngineError } from "@engine/core";
import { ioError } from "../io-error.ts";
import { type ContentHash, contentHasher } from "./content-hash.ts";

const PIECE = 2 ** 20;

/** Bytes that count from now on, which an earlier run left or which came now; negative when they are given up. */
export type OnBytes = (bytes: number, from: "disk" | "network") => void;

export interface PartialFileOptions {
  readonly size: number;
  readonly hash: ContentHash;
  readonly onBytes: OnBytes;
  readonly signal: AbortSignal;
}

/** The beginning of a file on disk, with the running hash over it. */
export class PartialFile implements AsyncDisposable {
  /** Bytes of the file that are there. */
  offset = 0;
  /** Whether the beginning came with another answer than the end, or in another run. */
  isJoined = false;
  readonly #path: string;
  readonly #handle: FileHandle;
  readonly #options: PartialFileOptions;
  #hasher: Hash;

  private constructor(
    path: string,
    { handle, options }: { handle: FileHandle; options: PartialFileOptions },
  ) {
    this.#path = path;
    this.#handle = handle;
    this.#options = options;
    this.#hasher = contentHasher(options.hash.kind, options.size);
  }

  /** Opens or creates the file, and reads what an earlier run left of it. */
  static async open(path: string, options: PartialFileOptions): Promise<PartialFile> {
    // "a+" would write at the end only, and "w+" would empty the file.
    const handle = await open(path, "r+")
      .catch((error: NodeJS.ErrnoException) => {
        if (error.code === "ENOENT") return open(path, "wx+");
        throw error;
      })
      .catch((error: unknown) => {
        throw ioError(error, path);
      });
    const file = new PartialFile(path, { handle, options });
    try {
      await file.#readOn();
      return file;
    } catch (error) {
      await handle.close();
      throw EngineError.isInstance(error) ? error : ioError(error, path);
    }
  }

  get isWhole(): boolean {
    return this.offset === this.#options.size;
  }

  /** Whether the whole content is what its hash says. Ask once. */
  isRight(): boolean {
    return this.#hasher.digest("hex") === this.#options.hash.hex;
  }

  async append(chunk: Uint8Array): Promise<void> {
    try {
      for (let done = 0; done < chunk.length; ) {
        const { bytesWritten } = await this.#handle.write(
          chunk,
          done,
          chunk.length - done,
          this.offset + done,
        );
        done += bytesWritten;
      }
    } catch (error) {
      throw ioError(error, this.#path);
    }
    this.#take(chunk, "network");
  }

  /** Gives up all bytes. */
  async clear(): Promise<void> {
    await this.#handle.truncate(0).catch((error: unknown) => {
      throw ioError(error, this.#path);
    });
    this.#options.onBytes(-this.offset, "network");
    this.offset = 0;
    this.isJoined = false;
    this.#hasher = contentHasher(this.#options.hash.kind, this.#options.size);
  }

  /** Waits until the bytes are on the disk: a file gets its final name only then. */
  async flush(): Promise<void> {
    try {
      await this.#handle.truncate(this.#options.size);
      await this.#handle.datasync();
    } catch (error) {
      throw ioError(error, this.#path);
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#handle.close();
  }

  async #readOn(): Promise<void> {
    const { size } = await this.#handle.stat();
    if (size > this.#options.size) return this.clear();
    const buffer = Buffer.alloc(Math.min(PIECE, size));
    while (this.offset < size) {
      if (this.#options.signal.aborted) return;
      const { bytesRead } = await this.#handle.read(buffer, 0, buffer.length, this.offset);
      if (bytesRead === 0) break;
      this.#take(buffer.subarray(0, bytesRead), "disk");
    }
    this.isJoined = this.offset > 0;
  }

  #take(bytes: Uint8Array, from: "disk" | "network"): void {
    this.#hasher.update(bytes);
    this.offset += bytes.length;
    this.#options.onBytes(bytes.length, from);
  }
}
