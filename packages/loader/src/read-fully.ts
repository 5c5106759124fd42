import { readSync } from "node:fs";
import type { FileHandle } from "node:fs/promises";
import { EngineError } from "@engine/core";
import { ioError } from "./io-error.ts";
import { COPY_AGAIN } from "./next-step.ts";

export interface ReadFrom {
  readonly handle: Pick<FileHandle, "read">;
  readonly path: string;
  /** Byte of the file where reading begins. */
  readonly position: number;
  readonly signal?: AbortSignal | undefined;
  /** Asked before each piece; its error ends the read. */
  readonly check?: () => void;
}

/** Small enough that an abort is honoured soon, large enough to cost nothing. */
const PIECE = 16 * 1024 * 1024;

/** Fills `into` from a file. A short read goes on; the end of the file is `bad-checkpoint`. */
export async function readFully(into: Uint8Array, from: ReadFrom): Promise<void> {
  const { handle, path, position, signal, check } = from;
  for (let done = 0; done < into.length; ) {
    throwIfAborted(signal, path);
    check?.();
    let read: number;
    try {
      const length = Math.min(PIECE, into.length - done);
      ({ bytesRead: read } = await handle.read(into, done, length, position + done));
    } catch (error) {
      check?.();
      throw ioError(error, path);
    }
    if (read === 0) throw ended(path, position + done, into.length - done);
    done += read;
  }
  throwIfAborted(signal, path);
}

/** The same at once, for a few bytes of a file that is open. Throws `disposed` where it was closed. */
export function readNow(
  into: Uint8Array,
  {
    handle,
    path,
    position,
  }: Pick<ReadFrom, "path" | "position"> & { readonly handle: { readonly fd: number } },
): void {
  // A closed handle's descriptor is -1.
  if (handle.fd < 0)
    throw new EngineError("disposed", `${path}: the file was closed; open it again to read.`);
  for (let done = 0; done < into.length; ) {
    let read: number;
    try {
      read = readSync(handle.fd, into, done, into.length - done, position + done);
    } catch (error) {
      throw ioError(error, path);
    }
    if (read === 0) throw ended(path, position + done, into.length - done);
    done += read;
  }
}

function ended(path: string, at: number, missing: number): EngineError {
  return new EngineError(
    "bad-checkpoint",
    `${path}: ends at byte ${at}, where ${missing} more are expected: it was cut short while in use. ${COPY_AGAIN}`,
  );
}

export function throwIfAborted(signal: AbortSignal | undefined, path: string): void {
  if (signal?.aborted) {
    throw new EngineError("aborted", `${path}: reading was aborted by the caller.`, { cause: signal.reason });
  }
}
