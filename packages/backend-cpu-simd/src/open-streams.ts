import type { StreamReader } from "@engine/core";
import type { NativeWeights } from "./native.ts";
import { translated } from "./native-error.ts";
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

export interface OpenStreams<T> {
  readonly places: ReadonlyMap<T, StreamedPlace>;
  /** Of what goes into memory of its own; none where all is used in windows of mapped files. */
  readonly reader?: StreamReader;
}

/** Gives what is streamed its memory and its readers. */
export function openStreams<T extends Streamable>(
  native: NativeWeights,
  { ring, experts, tables, files, direct, chunk, reader }: StreamChoice<T>,
): OpenStreams<T> {
  const found = new Map<T, StreamedPlace>();
  if (files.fds.length === 0) return { places: found };
  const fds = Int32Array.from(files.fds);
  const scattered = Int32Array.from(files.scattered);
  const place = (stored: T, where: StreamedPlace): void => {
    found.set(stored, { ...found.get(stored), ...where });
  };
  return translated(() => {
    const uring = native.source(fds, files.paths, scattered, direct, chunk, reader === "io_uring");
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
    if (ring.windowBytes > 0 && !experts && tables.size === 0) return { places: found };
    return { places: found, reader: uring ? "io_uring" : "threads" };
  });
}
