import type { FileHandle } from "node:fs/promises";
import { EngineError } from "@engine/core";
import { ioError } from "../io-error.ts";
import { CONVERT_AGAIN, COPY_AGAIN } from "../next-step.ts";
import type { OpenFile } from "../open-files.ts";
import { openRegular } from "../open-regular.ts";
import { readFully } from "../read-fully.ts";
import { formatOfBytes } from "../weight-formats.ts";
import { type GgufHeader, parseGgufHeader } from "./gguf-header.ts";
import { NeedsMoreBytes } from "./header-cursor.ts";

export interface GgufFile extends OpenFile, GgufHeader {}

/** The header's length is not told; most take less than this, those with a large vocabulary about 10 MB. */
const FIRST = 1024 * 1024;
const MAX_HEADER = 512 * 1024 * 1024;

/** Opens a GGUF file and checks its header; on an error nothing stays open. */
export async function openGgufFile(path: string): Promise<GgufFile> {
  const handle = await openRegular(path, "Give a .gguf file.");
  try {
    const { size: fileBytes, mtimeMs: modifiedMs } = await handle.stat();
    const header = await readHeader(handle, path, fileBytes);
    return { ...header, path, handle, fileBytes, modifiedMs };
  } catch (error) {
    await handle.close();
    throw EngineError.isInstance(error) ? error : ioError(error, path);
  }
}

async function readHeader(handle: FileHandle, path: string, fileBytes: number): Promise<GgufHeader> {
  const bad = (text: string) => new EngineError("bad-checkpoint", `${path}: ${text}`);
  for (let length = Math.min(FIRST, fileBytes); ; length = Math.min(4 * length, fileBytes)) {
    const bytes = Buffer.allocUnsafe(length);
    await readFully(bytes, { handle, path, position: 0 });
    if (length === fileBytes || length >= 8) refuseOther(bytes.subarray(0, 8), bad);
    try {
      return parseGgufHeader(bytes, { path, bytes: fileBytes });
    } catch (error) {
      if (!(error instanceof NeedsMoreBytes)) throw error;
      if (length >= MAX_HEADER)
        throw bad(`the header is longer than ${MAX_HEADER} bytes: not a model. ${CONVERT_AGAIN}`);
    }
  }
}

function refuseOther(start: Buffer, bad: (text: string) => EngineError): void {
  if (start.toString("latin1", 0, 4) === "GGUF") return;
  if (start.length < 8) throw bad(`${start.length} bytes long, no GGUF file. ${COPY_AGAIN}`);
  const other = formatOfBytes(start);
  if (other) throw bad(`holds ${other.what}, not GGUF. ${other.next}`);
  throw bad(`does not begin with "GGUF". ${CONVERT_AGAIN}`);
}
