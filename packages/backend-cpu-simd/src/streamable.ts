import type { Extent, WeightUse } from "@engine/core";
import type { BlocksLayout } from "./blocks.ts";
import type { FileRows } from "./stream-layout.ts";

/** A weight with where its bytes lie, as the store found it. */
export interface Streamable {
  readonly use: WeightUse;
  readonly bytes: number;
  /** Of each part; none where it does not lie in files, or is not read as it is stored. */
  readonly extents: readonly Extent[];
  readonly blocks: BlocksLayout | undefined;
}

/** Rows of a weight, the segment or the unit that brings them (the other is -1), and where in the ring or their frame. */
export interface StreamedRows {
  readonly begin: number;
  readonly end: number;
  readonly segment: number;
  readonly unit: number;
  readonly offset: number;
}

/** Each range of a weight that one call reads, in its files. */
export function fileRows({ use, extents, blocks }: Streamable): FileRows[] {
  const rows = use.encoding.shape[0]!;
  return use.ranges.map(({ begin, end }) => ({
    begin,
    end,
    parts: extents.map(({ fd, path, offset, bytes }) => ({
      fd,
      path,
      offset: offset + begin * (bytes / rows),
      bytes: (end - begin) * (bytes / rows),
    })),
    ...(blocks && { blocks: { ...blocks, rows: (end - begin) * (blocks.rows / rows) } }),
  }));
}
