import type { NativeWeights } from "./native.ts";
import { translated } from "./native-error.ts";
import { READERS } from "./stream-layout.ts";
import type { Streamable, StreamedRows } from "./streamable.ts";
import type { StreamChoice } from "./weight-stream.ts";

/** Where a weight is found that does not stay in memory. */
export interface StreamedPlace {
  /** How ranges of its rows come, and the region of their ring or frames. */
  readonly stream?: { readonly region: number; readonly ranges: readonly StreamedRows[] };
  /** Rows are used as stored, where their files are mapped; where the second part of blocks begins. */
  readonly inPlace?: boolean;
  readonly second?: { readonly region: number; readonly offset: number };
  /** The native table that single rows are looked up in. */
  readonly table?: number;
}

/** Threads that read where there are tables: single rows want more of them on their way. */
const ROW_READERS = 24;

/** Gives what is streamed its memory and its readers. */
export function openStreams<T extends Streamable>(
  native: NativeWeights,
  { ring, experts, tables, files, direct, chunk }: StreamChoice<T>,
): ReadonlyMap<T, StreamedPlace> {
  const found = new Map<T, StreamedPlace>();
  if (files.fds.length === 0) return found;
  const fds = Int32Array.from(files.fds);
  const scattered = Int32Array.from(files.scattered);
  const readers = tables.size > 0 ? ROW_READERS : READERS;
  const place = (stored: T, where: StreamedPlace): void => {
    found.set(stored, { ...found.get(stored), ...where });
  };
  return translated(() => {
    native.source(fds, files.paths, scattered, direct, chunk, readers);
    if (ring.rows.size > 0) {
      const { pieces, places } = ring.layout;
      const segments = Int32Array.from(places.flatMap((_, i) => [i, 1]));
      const inPlace = ring.windowBytes > 0;
      const region = native.reserve(ring.bytes);
      const windows = fds.map((fd) => (inPlace ? native.map(fd) : -1));
      native.stream(region, pieces, segments, ring.windowBytes, windows);
      for (const [stored, ranges] of ring.rows) {
        const [first, second] = stored.extents.map((extent) => ({
          region: windows[files.index(extent)]!,
          offset: extent.offset,
        }));
        if (!inPlace) place(stored, { stream: { region, ranges } });
        else place(stored, { stream: { region: first!.region, ranges }, ...(second && { second }), inPlace });
      }
    }
    if (experts) {
      const region = native.reserve(experts.bytes);
      native.experts(region, experts.frameBytes, experts.layout.pieces, experts.units, experts.layers);
      for (const [stored, ranges] of experts.rows) place(stored, { stream: { region, ranges } });
    }
    for (const [stored, { parts, rows, capacity }] of tables)
      place(stored, { table: native.table(parts, rows, capacity) });
    return found;
  });
}
