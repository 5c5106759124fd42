import type { SourceFiles } from "./stream-layout.ts";
import type { Streamable } from "./streamable.ts";

/** A table of which rows are read as they are looked up (native/tables.h). */
export interface StreamedTable {
  /** [n, 3] file, offset and bytes of a row of each part. */
  readonly parts: Float64Array;
  readonly rows: number;
  /** Rows that are kept. */
  readonly capacity: number;
  readonly bytes: number;
}

export type TableLayout<T> = ReadonlyMap<T, StreamedTable>;

/** What rows of tables may take of a budget: most texts use few of them again and again. */
const SHARE = 1 / 64;
const MOST = 64 * 2 ** 20;

/** How many rows of each table are kept. */
export function tableRows<T extends Streamable>(
  tables: readonly T[],
  budget: number,
): ReadonlyMap<T, number> {
  const all = tables.reduce((sum, { bytes }) => sum + bytes, 0);
  const share = Math.min(1, Math.min(MOST, budget * SHARE) / all);
  return new Map(
    tables.map((one) => [one, Math.max(1, Math.floor(share * one.use.encoding.shape[0]!))] as const),
  );
}

export function layOutTables<T extends Streamable>(
  tables: readonly T[],
  capacities: ReadonlyMap<T, number>,
  files: SourceFiles,
): TableLayout<T> {
  return new Map(
    tables.map((one) => {
      const rows = one.use.encoding.shape[0]!;
      const capacity = capacities.get(one)!;
      const parts = one.extents.flatMap((extent) => [
        files.index(extent, true),
        extent.offset,
        extent.bytes / rows,
      ]);
      const bytes = capacity * (one.bytes / rows);
      return [one, { parts: Float64Array.from(parts), rows, capacity, bytes }] as const;
    }),
  );
}
