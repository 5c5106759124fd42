import type { FileHandle } from "node:fs/promises";
import { EngineError } from "@engine/core";
import { ioError } from "../io-error.ts";
import { CONVERT_AGAIN, COPY_AGAIN } from "../next-step.ts";
import type { OpenFile } from "../open-files.ts";
import { openRegular } from "../open-regular.ts";
import { readFully, readNow } from "../read-fully.ts";
import { formatOfBytes } from "../weight-formats.ts";
import { type GgufHeader, parseGgufHeader } from "./gguf-header.ts";

export interface GgufFile extends OpenFile, GgufHeader {}

/** Opens a GGUF file and checks its header; on an error nothing stays open. */
export async function openGgufFile(path: string): Promise<GgufFile> {
  const handle = await openRegular(path, "Give a .gguf file.");
  try {
    const { size: fileBytes, mtimeMs: modifiedMs } = await handle.stat();
    await refuseOther(handle, path, fileBytes);
    const header = await parseGgufHeader({
      path,
      bytes: fileBytes,
      read: (into, position) => readFully(into, { handle, path, position }),
      readNow: (into, position) => readNow(into, { handle, path, position }),
    });
    return { ...header, path, handle, fileBytes, modifiedMs };
  } catch (error) {
    await handle.close();
    throw EngineError.isInstance(error) ? error : ioError(error, path);
  }
}

async function refuseOther(handle: FileHandle, path: string, fileBytes: number): Promise<void> {
  const bad = (text: string) => new EngineError("bad-checkpoint", `${path}: ${text}`);
  const start = Buffer.alloc(Math.min(8, fileBytes));
  await readFully(start, { handle, path, position: 0 });
  if (start.toString("latin1", 0, 4) === "GGUF") return;
  if (start.length < 8) throw bad(`${start.length} bytes long, no GGUF file. ${COPY_AGAIN}`);
  const other = formatOfBytes(start);
  if (other) throw bad(`holds ${other.what}, not GGUF. ${other.next}`);
  throw bad(`does not begin with "GGUF". ${CONVERT_AGAIN}`);
}
