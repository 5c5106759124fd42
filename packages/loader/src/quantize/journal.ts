import { createHash } from "node:crypto";
import { open, readdir, rename, rm } from "node:fs/promises";
import { join } from "node:path";
import { crc32 } from "node:zlib";
import { EngineError } from "@engine/core";
import { ioError } from "../io-error.ts";
import { openSafetensors } from "../open-safetensors.ts";
import { isObject, readJsonObject } from "../read-json.ts";
import type { Checksums } from "./write-shard.ts";

const FILE = "quantize.json";
const PIECE = 2 ** 23;

/** What an unfinished output folder holds: which files are finished, and what it was begun with. */
export class Journal {
  readonly #folder: string;
  readonly #key: string;
  readonly #finished: Record<string, Checksums>;

  private constructor(folder: string, key: string, finished: Record<string, Checksums>) {
    this.#folder = folder;
    this.#key = key;
    this.#finished = finished;
  }

  /** Goes on with a folder's journal, or begins one. Throws `bad-option` where it was begun with other work. */
  static async open(folder: string, work: unknown): Promise<Journal> {
    const key = createHash("sha256").update(JSON.stringify(work)).digest("hex");
    const names: readonly string[] = await readdir(folder).catch(() => []);
    if (names.length === 0) return new Journal(folder, key, {});
    if (!names.includes(FILE)) {
      throw new EngineError(
        "bad-option",
        `${folder}: is in the way; the work is done in a folder of this name. Rename or delete it.`,
      );
    }
    const json = await readJsonObject(join(folder, FILE), {
      code: "bad-checkpoint",
      duplicateKeys: "keep-last",
    });
    const finished = isObject(json.finished) ? (json.finished as Record<string, Checksums>) : {};
    if (json.key === key) return new Journal(folder, key, { ...finished });
    if (Object.keys(finished).length === 0) return new Journal(folder, key, {});
    throw new EngineError(
      "bad-option",
      `${folder}: is left from work with another source or other options. Delete it, or give another destination.`,
    );
  }

  /** Whether a file was finished by an earlier run, and its bytes are still those that were written. */
  async holds(file: string, signal?: AbortSignal): Promise<boolean> {
    const sums = this.#finished[file];
    return sums !== undefined && (await isIntact(join(this.#folder, file), sums, signal));
  }

  /** Deletes all but the journal and these files: what a run that was killed left half-written. */
  async clean(kept: ReadonlySet<string>): Promise<void> {
    for (const name of await readdir(this.#folder)) {
      if (name !== FILE && !kept.has(name)) await rm(join(this.#folder, name), { recursive: true });
    }
    for (const file of Object.keys(this.#finished)) if (!kept.has(file)) delete this.#finished[file];
    await this.#save();
  }

  async finish(file: string, sums: Checksums): Promise<void> {
    this.#finished[file] = sums;
    await this.#save();
  }

  async #save(): Promise<void> {
    const text = JSON.stringify({ key: this.#key, finished: this.#finished });
    await writeWhole(join(this.#folder, FILE), text);
  }

  static readonly file = FILE;
}

async function isIntact(path: string, sums: Checksums, signal?: AbortSignal): Promise<boolean> {
  const source = await openSafetensors(path).catch((error: unknown) => {
    if (EngineError.isInstance(error) && error.code !== "io-failed") return undefined;
    throw error;
  });
  if (!source) return false;
  try {
    const names = [...source.names()];
    if (names.length !== Object.keys(sums).length) return false;
    const buffer = new Uint8Array(PIECE);
    for (const name of names) {
      const { bytes } = source.describe(name)!.parts.data!;
      let sum = 0;
      for (let at = 0; at < bytes; at += PIECE) {
        const piece = buffer.subarray(0, Math.min(PIECE, bytes - at));
        await source.read(name, "data", Float64Array.of(at, piece.length), piece, signal);
        sum = crc32(piece, sum);
      }
      if (sum !== sums[name]) return false;
    }
    return true;
  } finally {
    await source.close();
  }
}

/** A small file that is there as a whole or not at all. */
export async function writeWhole(path: string, text: string): Promise<void> {
  try {
    const handle = await open(`${path}.tmp`, "w");
    try {
      await handle.writeFile(text);
      await handle.sync();
    } finally {
      await handle.close();
    }
    await rename(`${path}.tmp`, path);
  } catch (error) {
    throw ioError(error, path);
  }
}
