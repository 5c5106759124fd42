import type { History } from "./history.ts";
import type { Runner } from "./runner.ts";
import type { SwapFile, SwapFiles, SwappedText } from "./swap-files.ts";
import { type BlockStore, eachPart } from "./text-blocks.ts";

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
 * Where blocks of texts that nobody works on go when others need their memory. What cannot be written or read is computed
 * again.
 */
export class SwapSpace {
  readonly #files: SwapFiles;
  readonly #runner: Runner;
  readonly #state: BlockStore;
  readonly #swapped = new Set<SwappedText>();
  #counts = { written: 0, restored: 0 };
  #error: string | undefined;

  constructor(files: SwapFiles, { runner, state }: { readonly runner: Runner; readonly state: BlockStore }) {
    this.#files = files;
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
          await file?.write(piece, bytes);
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
        await text.file.read(piece, at);
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

  async #file(): Promise<SwapFile | undefined> {
    try {
      return await this.#files.create();
    } catch (error) {
      this.#failed(error);
      return undefined;
    }
  }

  #failed(error: unknown): void {
    const why = error instanceof Error ? error.message : String(error);
    this.#error ??= `Resting texts cannot be swapped to ${this.#files.where}: ${why}. They are computed again instead.`;
  }
}
