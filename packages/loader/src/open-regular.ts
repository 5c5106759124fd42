import { type FileHandle, open, stat } from "node:fs/promises";
import { EngineError } from "@engine/core";
import { ioError } from "./io-error.ts";

/** Opens a file to read; `next` says what to give where the path is something else. */
export async function openRegular(path: string, next: string): Promise<FileHandle> {
  try {
    // Opening a pipe would wait for a writer for ever.
    if (!(await stat(path)).isFile()) {
      throw new EngineError("missing-file", `${path}: not a regular file. ${next}`);
    }
    return await open(path, "r");
  } catch (error) {
    throw EngineError.isInstance(error) ? error : ioError(error, path);
  }
}
