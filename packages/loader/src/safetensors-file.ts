import type { FileHandle } from "node:fs/promises";
import { EngineError } from "@engine/core";
import { ioError } from "./io-error.ts";
import { CONVERT_AGAIN, COPY_AGAIN } from "./next-step.ts";
import type { OpenFile } from "./open-files.ts";
import { openRegular } from "./open-regular.ts";
import { readFully } from "./read-fully.ts";
import { utf8 } from "./read-json.ts";
import { parseHeader, type SafetensorsHeader } from "./safetensors-header.ts";
import { formatOfBytes } from "./weight-formats.ts";

export interface SafetensorsFile extends SafetensorsHeader, OpenFile {
  /** Byte of the file where the data begins. */
  readonly dataBegin: number;
}

/** The reference reader's limit; the largest real headers take a few MB. */
const MAX_HEADER = 100_000_000;

/** Opens a file and checks its header; on an error nothing stays open. */
export async function openSafetensorsFile(path: string): Promise<SafetensorsFile> {
  const handle = await openRegular(path, "Give a .safetensors file or its folder.");
  try {
    const { size: fileBytes, mtimeMs: modifiedMs } = await handle.stat();
    const headerBytes = await readHeaderLength(handle, path, fileBytes);
    const bytes = Buffer.allocUnsafe(headerBytes);
    await readFully(bytes, { handle, path, position: 8 });
    const text = utf8(bytes);
    if (text === undefined)
      throw new EngineError("bad-checkpoint", `${path}: the header is not UTF-8 text. ${CONVERT_AGAIN}`);
    const dataBegin = 8 + headerBytes;
    const header = parseHeader(text, fileBytes - dataBegin, path);
    return { ...header, path, handle, dataBegin, fileBytes, modifiedMs };
  } catch (error) {
    await handle.close();
    throw EngineError.isInstance(error) ? error : ioError(error, path);
  }
}

async function readHeaderLength(handle: FileHandle, path: string, fileBytes: number): Promise<number> {
  const bad = (text: string) => new EngineError("bad-checkpoint", `${path}: ${text}`);
  if (fileBytes < 8) {
    throw bad(
      `${fileBytes} bytes long, but a safetensors file begins with 8 bytes for the header's length. ${COPY_AGAIN}`,
    );
  }
  const start = Buffer.alloc(8);
  await readFully(start, { handle, path, position: 0 });
  const length = start.readBigUInt64LE();
  const other = length > fileBytes - 8 ? formatOfBytes(start) : undefined;
  if (other) throw bad(`holds ${other.what}, not safetensors. ${other.next}`);
  if (length > MAX_HEADER) {
    throw bad(
      `the header would be ${length} bytes long, over the limit of ${MAX_HEADER}: not a safetensors file. ${CONVERT_AGAIN}`,
    );
  }
  if (length > fileBytes - 8) {
    throw bad(
      `the header would be ${length} bytes long, but only ${fileBytes - 8} follow: the file was cut short. ${COPY_AGAIN}`,
    );
  }
  return Number(length);
}
