import { EngineError, type Extent, type Watch } from "@engine/core";
import { type BlocksLayout, PANEL } from "./blocks.ts";
import type { NativeWeights } from "./native.ts";
import { translatedAsync } from "./native-error.ts";
import { pieceWords } from "./piece-words.ts";
import { SourceFiles } from "./stream-layout.ts";

/** A weight in files, and where in its region it is to lie. */
export interface Copied {
  readonly name: string;
  /** Of each part. */
  readonly extents: readonly Extent[];
  readonly blocks: BlocksLayout | undefined;
  readonly bytes: number;
  readonly to: number;
  /** Whether kernels read it as its files store it. */
  readonly inPlace: boolean;
  /** Which weights a step wants first: smaller ones. */
  readonly lastUse: number;
}

/** Bytes copied in one job: between two, steps of other models run and a signal is heard. */
export const JOB_BYTES = 64 * 2 ** 20;

/** Copies weights on all threads, as many in one job as it has room for. `done`: bytes of a weight that lie in place now. */
export async function copyFromFiles(
  native: NativeWeights,
  weights: readonly Copied[],
  { region, watch, done }: { region: number; watch: Watch; done: (name: string, bytes: number) => void },
): Promise<void> {
  let [files, words, size]: [SourceFiles, number[], number] = [new SourceFiles(), [], 0];
  let finished: [name: string, bytes: number][] = [];
  const run = async (): Promise<void> => {
    const pieces = Float64Array.from(words);
    if (pieces.length === 0) return;
    await translatedAsync(() => native.copy(Int32Array.from(files.fds), files.paths, region, pieces));
    for (const [name, bytes] of finished) done(name, bytes);
    [files, words, size, finished] = [new SourceFiles(), [], 0, []];
  };
  for (const weight of weights) {
    for (const piece of piecesOf(weight, JOB_BYTES)) {
      if (watch.signal?.aborted)
        throw new EngineError("aborted", `Loading stopped at weight "${weight.name}".`);
      words.push(...piece.words(files));
      finished.push([weight.name, piece.bytes]);
      size += piece.bytes;
      if (size >= JOB_BYTES) await run();
    }
  }
  await run();
}

/** Some of a weight. */
interface Piece {
  readonly bytes: number;
  /** See pieceWords. */
  words(files: SourceFiles): number[];
}

/** Of at most so many bytes each. */
export function* piecesOf({ extents, blocks, bytes, to }: Copied, most: number): Generator<Piece> {
  if (!blocks) {
    const extent = extents[0]!;
    for (let at = 0; at < bytes; at += most) {
      const n = Math.min(most, bytes - at);
      yield {
        bytes: n,
        words: (files) => {
          const part = { file: files.index(extent), offset: extent.offset + at, bytes: n };
          return pieceWords({ parts: [part], to: to + at, wanted: n });
        },
      };
    }
    return;
  }
  const { code, group, depth, rows, parts, panelBytes } = blocks;
  const rowBytes = parts.reduce((sum, part) => sum + part.rowBytes, 0);
  const step = Math.max(1, Math.floor(most / rowBytes / PANEL)) * PANEL;
  for (let first = 0; first < rows; first += step) {
    const count = Math.min(step, rows - first);
    yield {
      bytes: count * rowBytes,
      words: (files) => {
        const inFiles = parts.map(({ rowBytes }, i) => {
          const extent = extents[i]!;
          return {
            file: files.index(extent),
            offset: extent.offset + first * rowBytes,
            bytes: count * rowBytes,
          };
        });
        const laidOut = { code, group, depth, rows: count };
        return pieceWords({ blocks: laidOut, parts: inFiles, to: to + (first / PANEL) * panelBytes });
      },
    };
  }
}
