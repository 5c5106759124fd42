import type { BlocksLayout } from "./blocks.ts";

/** A range of a weight's bytes in its files and where it comes to lie, as native/pieces.h has it. */
export interface PieceInFiles {
  /** What the kernels know of rows that are laid out in panels; bytes as they are without. */
  readonly blocks?: Pick<BlocksLayout, "code" | "group" | "depth"> & { readonly rows: number };
  /** One or two. */
  readonly parts: readonly { readonly file: number; readonly offset: number; readonly bytes: number }[];
  readonly to: number;
  /** Of bytes as they are: the file holds at least this many. */
  readonly wanted?: number;
  /** Used where its files are mapped. */
  readonly windows?: boolean;
}

export const PIECE_WORDS = 13;
const MOST_PARTS = 2;

/** PIECE_WORDS numbers. */
export function pieceWords({ blocks, parts, to, wanted = 0, windows = false }: PieceInFiles): number[] {
  const places = parts.flatMap(({ file, offset, bytes }) => [file, offset, bytes]);
  while (places.length < 3 * MOST_PARTS) places.push(0);
  const head = blocks ? [blocks.code + 1, blocks.group, blocks.depth, blocks.rows] : [0, 0, 0, 0];
  return [...head, ...places, to, wanted, windows ? 1 : 0];
}
