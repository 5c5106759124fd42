import { createHash } from "node:crypto";
import type { FileHandle } from "node:fs/promises";
import { resolve } from "node:path";
import { EngineError } from "@engine/core";

/** An open file whose header has been checked against its size. */
export interface OpenFile {
  readonly path: string;
  readonly handle: FileHandle;
  readonly fileBytes: number;
  readonly modifiedMs: number;
}

/** Files that are closed together. */
export class OpenFiles {
  readonly list: readonly OpenFile[];
  #closing: Promise<void> | undefined;

  constructor(list: readonly OpenFile[]) {
    this.list = list;
  }

  /** Changes when a file is replaced: what is kept under an id belongs to these bytes. */
  get id(): string {
    const hash = createHash("sha256");
    for (const file of this.list)
      hash.update(JSON.stringify([resolve(file.path), file.fileBytes, file.modifiedMs]));
    return `${resolve(this.list[0]!.path)}#${hash.digest("hex").slice(0, 16)}`;
  }

  /** Closes every file; waits for reads under way. May be called again. */
  close(): Promise<void> {
    this.#closing ??= Promise.all(this.list.map((file) => file.handle.close())).then(() => {});
    return this.#closing;
  }

  /** Throws `disposed` after close: the descriptor may belong to another file by then. */
  assertOpen(path: string): void {
    if (this.#closing)
      throw new EngineError("disposed", `${path}: the weights were closed; open them again to read.`);
  }
}
