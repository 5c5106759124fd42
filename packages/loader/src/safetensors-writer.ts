import { randomBytes } from "node:crypto";
import { type FileHandle, open, rename, rm } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import { EngineError, encodeFloats } from "@engine/core";
import { ioError } from "./io-error.ts";
import { layOut, type PlannedTensor, type TensorSpec, type WriteOptions } from "./safetensors-plan.ts";
import { show } from "./show.ts";

/** Floats for "f32", "f16" or "bf16" (rounded to nearest even), Int32Array for "i32", bytes as they are for any. */
export type TensorData = Float32Array | Int32Array | Uint8Array;

/** A file being written. It appears under its name only at finish(); what is disposed unfinished leaves nothing. */
export interface SafetensorsWriter extends AsyncDisposable {
  /**
   * Appends to a tensor. Tensors may take turns; nothing but the piece is held in memory, and it must not
   * change until the promise resolves.
   */
  write(name: string, data: TensorData): Promise<void>;
  /** Checks that every tensor is complete, puts the bytes safely on the disk and gives the file its name. */
  finish(): Promise<void>;
  /** Drops the file; nothing happens after finish(). */
  discard(): Promise<void>;
}

const PIECE = 64 * 1024 * 1024;

/** Begins a file whose tensors' names, dtypes and shapes are known; their data follows in any order. */
export async function createSafetensors(
  path: string,
  tensors: Iterable<TensorSpec>,
  options: WriteOptions = {},
): Promise<SafetensorsWriter> {
  const { header, planned } = layOut(path, tensors, options);
  const temporary = join(dirname(path), `.${basename(path)}.${randomBytes(6).toString("hex")}.tmp`);
  const handle = await open(temporary, "wx").catch((error: unknown) => {
    throw ioError(error, path);
  });
  const writer = new OpenWriter(path, temporary, handle, planned);
  try {
    await writer.start(header);
    return writer;
  } catch (error) {
    await writer.discard();
    throw error;
  }
}

export class OpenWriter implements SafetensorsWriter {
  readonly #written = new Map<string, number>();
  /** Writes under way, and the first that failed: finish() must know even if no one awaited it. */
  readonly #pending = new Set<Promise<void>>();
  #failure: EngineError | undefined;
  #ended = false;

  constructor(
    readonly path: string,
    readonly temporary: string,
    readonly handle: FileHandle,
    readonly planned: ReadonlyMap<string, PlannedTensor>,
  ) {}

  start(header: Uint8Array): Promise<void> {
    return this.#put(header, 0);
  }

  async write(name: string, data: TensorData): Promise<void> {
    if (this.#ended)
      throw new EngineError(
        "disposed",
        `${this.path}: is finished or discarded; nothing more can be written.`,
      );
    const tensor = this.planned.get(name);
    if (!tensor)
      throw new EngineError(
        "bad-option",
        `${this.path}: tensor ${show(name)} was not announced at the start.`,
      );
    const bytes = bytesFor(this.path, tensor, data);
    const at = this.#written.get(name) ?? 0;
    if (at + bytes.length > tensor.bytes) {
      throw new EngineError(
        "bad-option",
        `${this.path}: tensor ${show(name)} takes ${tensor.bytes} bytes, but ${at + bytes.length} were written.`,
      );
    }
    this.#written.set(name, at + bytes.length);
    const put = this.#put(bytes, tensor.offset + at);
    this.#pending.add(put);
    await put.finally(() => this.#pending.delete(put));
  }

  async finish(): Promise<void> {
    try {
      await Promise.allSettled(this.#pending);
      if (this.#failure) throw this.#failure;
      this.#checkComplete();
      await this.handle.sync();
      await this.handle.close();
      await rename(this.temporary, this.path);
      this.#ended = true;
    } catch (error) {
      await this.discard();
      throw EngineError.isInstance(error) ? error : ioError(error, this.path);
    }
    await syncFolder(dirname(this.path));
  }

  async discard(): Promise<void> {
    if (this.#ended) return;
    this.#ended = true;
    await this.handle.close().catch(() => {});
    await rm(this.temporary, { force: true });
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.discard();
  }

  #checkComplete(): void {
    for (const { name, bytes } of this.planned.values()) {
      const written = this.#written.get(name) ?? 0;
      if (written === bytes) continue;
      throw new EngineError(
        "bad-option",
        `${this.path}: tensor ${show(name)} takes ${bytes} bytes, but only ${written} were written.`,
      );
    }
  }

  async #put(bytes: Uint8Array, position: number): Promise<void> {
    try {
      for (let done = 0; done < bytes.length; ) {
        const length = Math.min(PIECE, bytes.length - done);
        done += (await this.handle.write(bytes, done, length, position + done)).bytesWritten;
      }
    } catch (error) {
      this.#failure ??= ioError(error, this.path);
      throw this.#failure;
    }
  }
}

function bytesFor(path: string, tensor: PlannedTensor, data: TensorData): Uint8Array {
  const { name, dtype } = tensor;
  if (data instanceof Float32Array && (dtype === "f16" || dtype === "bf16")) return encodeFloats(dtype, data);
  const fits =
    data instanceof Float32Array ? dtype === "f32" : data instanceof Int32Array ? dtype === "i32" : true;
  if (fits) return new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
  throw new EngineError(
    "bad-option",
    `${path}: tensor ${show(name)} is ${dtype}, which cannot be written from a ${data.constructor.name}. Give its bytes as a Uint8Array.`,
  );
}

/** So that the new name survives a power cut; not every platform can. */
async function syncFolder(folder: string): Promise<void> {
  const handle = await open(folder, "r").catch(() => undefined);
  await handle?.sync().catch(() => {});
  await handle?.close();
}
