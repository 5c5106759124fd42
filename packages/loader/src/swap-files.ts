import { type FileHandle, mkdtemp, open, rm } from "node:fs/promises";
import { join } from "node:path";
import { EngineError } from "@engine/core";

/** A file of its owner alone, gone once it is closed. */
export interface NamelessFile {
  write(bytes: Uint8Array, at: number): Promise<void>;
  /** Fills `into`; throws `io-failed` where the file ends before. */
  read(into: Uint8Array, at: number): Promise<void>;
  close(): Promise<void>;
}

/** Files in a folder that have no name once they are open: whatever ends the process leaves nothing behind. */
export function swapFilesIn(folder: string): {
  readonly where: string;
  create(): Promise<NamelessFile>;
} {
  return {
    where: folder,
    async create() {
      const file = await nameless(folder);
      return {
        async write(bytes, at) {
          for (let done = 0; done < bytes.length; )
            done += (await file.write(bytes, done, bytes.length - done, at + done)).bytesWritten;
        },
        async read(into, at) {
          const { bytesRead } = await file.read(into, 0, into.length, at);
          if (bytesRead < into.length)
            throw new EngineError("io-failed", `A file of a resting session in ${folder} ends too early.`);
        },
        close: () => file.close(),
      };
    },
  };
}

async function nameless(folder: string): Promise<FileHandle> {
  const own = await mkdtemp(join(folder, "engine-swap-"));
  try {
    return await open(join(own, "text"), "wx+", 0o600);
  } finally {
    // An open file stays until it is closed, whatever becomes of its name.
    await rm(own, { recursive: true, force: true });
  }
}
