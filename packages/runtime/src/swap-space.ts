import { type FileHandle, mkdtemp, open, rm } from "node:fs/promises";
import { join } from "node:path";
import { EngineError } from "@engine/core";
import type { History } from "./history.ts";
import type { Runner } from "./runner.ts";
import { type BlockStore, eachPart } from "./save-text.ts";

/** A resting text's blocks in a file. */
export interface SwappedText {
  /** Places they hold. */
  readonly cached: number;
  readonly longest: number;
  /** For each cache group, which blocks of its table are there. */
  readonly tables: readonly (readonly number[])[];
  readonly bytes: number;
  readonly file: FileHandle;
}

export interface SwapStats {
  /** Texts that lie in files now, and their bytes. */
  readonly texts: number;
  readonly bytes: number;
  /** Texts that were written and read so far. */
  readonly written: number;
  readonly restored: number;
  /** Why texts are given up instead; undefined while files can be written. */
  readonly error?: string;
}

/**
 * Where blocks of texts that nobody works on go when others need their memory. Files have no name once they are open, so
 * whatever ends the process leaves nothing behind. What cannot be written or read is computed again.
 */
export class SwapSpace {
  readonly #folder: string;
  readonly #runner: Runner;
  readonly #state: BlockStore;
  readonly #swapped = new Set<SwappedText>();
  #counts = { written: 0, restored: 0 };
  #error: string | undefined;

  constructor(folder: string, { runner, state }: { readonly runner: Runner; readonly state: BlockStore }) {
    this.#folder = folder;
    this.#runner = runner;
    this.#state = state;
  }

  stats(): SwapStats {
    const bytes = [...this.#swapped].reduce((sum, text) => sum + text.bytes, 0);
    const error = this.#error === undefined ? {} : { error: this.#error };
    return { texts: this.#swapped.size, bytes, ...this.#counts, ...error };
  }

  /** Writes a resting text's blocks to a file and gives them back. In its turn; the text may be rewound meanwhile. */
  async out(history: History): Promise<void> {
    const { sequence, tokens } = history;
    const { length, longest } = sequence;
    const known = tokens.slice(0, length);
    if (length > 0 && this.#error === undefined && !history.swapped) {
      const used = Math.ceil(length / sequence.blockTokens);
      const tables = sequence.tables.map((table) =>
        table.slice(0, used).flatMap((block, i) => (block < 0 ? [] : [i])),
      );
      const file = await this.#file();
      let bytes = 0;
      try {
        await eachPart(this.#runner, { sequence, tables, slot: sequence.slot }, async (name, block, size) => {
          const piece = new Uint8Array(size);
          await this.#state.read(name, block, piece);
          await file?.write(piece, 0, size, bytes);
          bytes += size;
        });
        const same = sequence.length === length && known.every((id, i) => tokens[i] === id);
        if (file && same) {
          const text = { cached: length, longest, tables, bytes, file };
          this.#swapped.add(text);
          this.#counts.written++;
          history.swapped = { text, drop: () => this.#drop(text) };
        } else await file?.close();
      } catch (error) {
        await file?.close();
        this.#failed(error);
      }
    }
    sequence.clear();
  }

  /** Reads a text's blocks back, into blocks it takes; nothing happens where there are none. In its turn. */
  async in(history: History): Promise<void> {
    const { swapped, sequence } = history;
    if (!swapped) return;
    const { text } = swapped;
    try {
      // What other texts have of it is not less only where they have all of it.
      if (sequence.length >= text.cached || text.cached > history.length) return;
      sequence.clear();
      const needs = sequence.needs(text.cached);
      if (this.#runner.pools.some(({ free }, group) => free < needs[group]!)) return;
      sequence.reserve(text.cached);
      let at = 0;
      const slot = sequence.nextSlot;
      await eachPart(this.#runner, { sequence, tables: text.tables, slot }, async (name, block, size) => {
        const piece = new Uint8Array(size);
        const { bytesRead } = await text.file.read(piece, 0, size, at);
        if (bytesRead !== size)
          throw new EngineError("io-failed", "A swapped text's file ended before its blocks.");
        await this.#state.write(name, block, piece);
        at += size;
      });
      // The text may have ended meanwhile.
      if (history.swapped !== swapped) return sequence.clear();
      sequence.advance(text.cached, history.key);
      sequence.longest = text.longest;
      this.#counts.restored++;
    } catch (error) {
      sequence.clear();
      this.#failed(error);
    } finally {
      history.dropSwapped();
    }
  }

  /** Closes all files, which frees them. */
  async dispose(): Promise<void> {
    await Promise.all([...this.#swapped].map(({ file }) => file.close().catch(() => {})));
    this.#swapped.clear();
  }

  #drop(text: SwappedText): void {
    if (this.#swapped.delete(text)) void text.file.close().catch(() => {});
  }

  async #file(): Promise<FileHandle | undefined> {
    try {
      const folder = await mkdtemp(join(this.#folder, "engine-swap-"));
      try {
        return await open(join(folder, "text"), "wx+", 0o600);
      } finally {
        // An open file stays until it is closed, whatever becomes of its name.
        await rm(folder, { recursive: true, force: true });
      }
    } catch (error) {
      this.#failed(error);
      return undefined;
    }
  }

  #failed(error: unknown): void {
    const why = error instanceof Error ? error.message : String(error);
    const full = (error as NodeJS.ErrnoException).code === "ENOSPC" ? " The disk is full." : "";
    this.#error ??= `Resting texts cannot be swapped to ${this.#folder}: ${why}.${full} They are computed again instead.`;
  }
}
