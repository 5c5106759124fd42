import { type BlocksLayout, PANEL } from "./blocks.ts";
import { pieceWords } from "./piece-words.ts";

/** A contiguous part of a weight in its file. */
export interface FilePart {
  readonly fd: number;
  readonly path: string;
  readonly offset: number;
  readonly bytes: number;
}

/** Rows of a weight that are brought in one go: floats as they are, blocks laid out in panels on arrival. */
export interface FileRows {
  readonly begin: number;
  readonly end: number;
  readonly parts: readonly FilePart[];
  /** What the kernels know of the rows; `rows` are those of the last axis. */
  readonly blocks?: Pick<BlocksLayout, "code" | "group" | "depth" | "panelBytes"> & { readonly rows: number };
}

/** What is read, in the numbers of native/pieces.h, and where each of the rows comes to lie. */
export interface PieceLayout {
  /** [n, PIECE_WORDS]; the last is 1 for what is used where its files are mapped. */
  readonly pieces: Float64Array;
  /** In memory, or in the (first) file. */
  readonly places: readonly number[];
}

/** Files that readers open, each once for what is read in runs and once for what is read here and there. */
export class SourceFiles {
  readonly fds: number[] = [];
  readonly paths: string[] = [];
  readonly scattered: number[] = [];
  readonly #known = new Map<string, number>();

  index({ fd, path }: { readonly fd: number; readonly path: string }, scattered = false): number {
    const key = `${fd} ${scattered}`;
    const known = this.#known.get(key);
    if (known !== undefined) return known;
    this.#known.set(key, this.fds.length);
    this.scattered.push(scattered ? 1 : 0);
    this.paths.push(path);
    return this.fds.push(fd) - 1;
  }
}

/** Direct reads take whole sectors of a file to whole sectors of memory. */
export const SECTOR = 4096;
/** Vectors begin at whole lines. */
export const LINE = 64;
/** Threads that read weights at once, each some bytes: enough in flight for a disk's full rate (native/readers.cc). */
export const READERS = 8;
const MOST_CHUNK = 2 ** 20;
const LEAST_CHUNK = 64 * 1024;
const CHUNK_SHARE = 1 / 256;
/** What of a budget the ring may have beyond two of the largest pieces. */
const RING_SHARE = 1 / 4;

/** Bytes of memory that rows take once they are there; `unit`: SECTOR where reads are direct, else LINE. */
export function roomOf({ parts, blocks }: FileRows, unit: number): number {
  if (blocks) return Math.ceil(blocks.rows / PANEL) * blocks.panelBytes;
  const [{ offset, bytes }] = parts as [FilePart];
  return span(offset, bytes, unit).bytes;
}

/** Bytes in their files. */
export function storedBytes({ parts }: FileRows): number {
  return parts.reduce((sum, { bytes }) => sum + bytes, 0);
}

/** Bytes of one read under a budget. */
export function chunkOf(budget: number): number {
  return Math.floor(Math.min(Math.max(budget * CHUNK_SHARE, LEAST_CHUNK), MOST_CHUNK) / SECTOR) * SECTOR;
}

export interface Division {
  /** Weights that stay in memory: the first of the order. A cyclic scan reads the rest, whatever is kept of it. */
  readonly pinned: number;
  readonly ringBytes: number;
}

/**
 * Divides a budget of bytes between weights that stay and a ring for those that do not. `sizes`: bytes of each weight in
 * the order of use; `largest`: of the ring that one call needs at once; `ahead`: of it that reads keep busy. Undefined where not even two of those fit.
 */
export function divideBudget(
  sizes: readonly number[],
  { budget, largest, ahead }: { readonly budget: number; readonly largest: number; readonly ahead: number },
): Division | undefined {
  const total = sizes.reduce((sum, size) => sum + size, 0);
  if (total <= budget) return { pinned: sizes.length, ringBytes: 0 };
  const ringBytes = Math.max(2 * largest, Math.min(ahead, roundUp(budget * RING_SHARE, SECTOR)));
  if (ringBytes > budget) return undefined;
  let pinned = 0;
  for (let left = budget - ringBytes; pinned < sizes.length && sizes[pinned]! <= left; pinned++)
    left -= sizes[pinned]!;
  return { pinned, ringBytes };
}

/**
 * Gives rows their fixed places in memory, one after the other. In a ring of `ringBytes` they start again where the end is
 * too near: what they overwrite then is what was used longest ago. As `windows` they are used where their files are mapped, and
 * the ring only says which of them may be there at once.
 */
export function layOut(
  all: readonly FileRows[],
  {
    files,
    unit,
    ringBytes,
    windows = false,
  }: {
    readonly files: SourceFiles;
    readonly unit: number;
    readonly ringBytes?: number;
    readonly windows?: boolean;
  },
): PieceLayout {
  const pieces: number[] = [];
  const places: number[] = [];
  let at = 0;
  for (const rows of all) {
    const room = windows ? storedBytes(rows) : roomOf(rows, unit);
    const { parts, blocks } = rows;
    const first = parts[0]!;
    if (ringBytes !== undefined && at + room > ringBytes) at = 0;
    if (blocks) {
      const inFiles = parts.map((part) => ({ ...part, file: files.index(part) }));
      pieces.push(...pieceWords({ blocks, parts: inFiles, to: at, windows }));
      places.push(windows ? first.offset : at);
    } else {
      const { begin, bytes } = span(first.offset, first.bytes, unit);
      const before = first.offset - begin;
      const part = { file: files.index(first), offset: begin, bytes };
      pieces.push(...pieceWords({ parts: [part], to: at, wanted: before + first.bytes, windows }));
      places.push(windows ? first.offset : at + before);
    }
    at += windows ? room : roundUp(room, unit);
  }
  return { pieces: Float64Array.from(pieces), places };
}

/** What of a file is read for a part of it: whole sectors, or just that. */
export function span(
  offset: number,
  bytes: number,
  unit: number,
): { readonly begin: number; readonly bytes: number } {
  if (unit !== SECTOR) return { begin: offset, bytes };
  const begin = Math.floor(offset / SECTOR) * SECTOR;
  return { begin, bytes: roundUp(offset + bytes - begin, SECTOR) };
}

export function roundUp(bytes: number, unit: number): number {
  return Math.ceil(bytes / unit) * unit;
}
