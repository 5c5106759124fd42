import {
  type FileRows,
  layOut,
  type PieceLayout,
  roomOf,
  roundUp,
  type SourceFiles,
} from "./stream-layout.ts";
import { fileRows, type Streamable, type StreamedRows } from "./streamable.ts";

/** Single experts as the addon is told of them (native/experts.h). */
export interface ExpertLayout<T> {
  /** Bytes for all frames, and of each. */
  readonly bytes: number;
  readonly frameBytes: number;
  readonly layout: PieceLayout;
  /** [n, 3] bundle, first piece, pieces of each unit. */
  readonly units: Int32Array;
  /** Of each bundle. */
  readonly layers: Int32Array;
  readonly rows: ReadonlyMap<T, readonly StreamedRows[]>;
}

/** The weights of one expert of one layer: they share a frame. */
interface Bundle<T> {
  readonly layer: number;
  readonly members: { readonly stored: T; readonly range: number; readonly rows: FileRows }[];
}

/** How large a frame is, and how many there must be, best first. */
export function expertFrames<T extends Streamable>(
  routed: readonly T[],
  unit: number,
): { readonly bytes: number; readonly least: readonly number[] } {
  const bundles = bundled(routed);
  const bytes = frameBytes(bundles, unit);
  const choices = routed.flatMap(({ use }) => use.readers.map(({ shapes }) => shapes[1]?.[1]));
  const most = Math.max(1, ...choices.map((k) => (typeof k === "number" ? k : 1)));
  // Those of one row twice: a layer's are read while the one before is multiplied.
  return { bytes, least: bundles.length === 0 ? [0] : [2 * most, most, 2, 1] };
}

/** As many frames as there is room for. */
export function layOutExperts<T extends Streamable>(
  routed: readonly T[],
  { room, unit, files }: { readonly room: number; readonly unit: number; readonly files: SourceFiles },
): ExpertLayout<T> | undefined {
  const bundles = bundled(routed);
  if (bundles.length === 0) return undefined;
  const each = frameBytes(bundles, unit);
  const frames = Math.min(bundles.length, Math.floor(room / each));
  const [pieces, units, places]: [number[], number[], number[]] = [[], [], []];
  const rows = new Map<T, StreamedRows[]>();
  bundles.forEach(({ members }, bundle) => {
    const layout = layOut(
      members.map(({ rows }) => rows),
      { files, unit },
    );
    members.forEach(({ stored, range, rows: { begin, end } }, i) => {
      const found = rows.get(stored) ?? [];
      rows.set(stored, found);
      found[range] = { begin, end, segment: -1, unit: units.length / 3, offset: layout.places[i]! };
      units.push(bundle, places.length + i, 1);
    });
    for (const word of layout.pieces) pieces.push(word);
    places.push(...layout.places);
  });
  return {
    bytes: frames * each,
    frameBytes: each,
    layout: { pieces: Float64Array.from(pieces), places },
    units: Int32Array.from(units),
    layers: Int32Array.from(bundles, ({ layer }) => layer),
    rows,
  };
}

/** By layer, in the order of use. */
function bundled<T extends Streamable>(routed: readonly T[]): Bundle<T>[] {
  const found = new Map<string, Bundle<T>>();
  const layers = new Map<number, number>();
  for (const stored of routed.toSorted((a, b) => a.use.first - b.use.first)) {
    const rows = fileRows(stored);
    stored.use.experts!.forEach(({ by, expert }, range) => {
      const layer = layers.get(by) ?? layers.size;
      layers.set(by, layer);
      const bundle = found.get(`${by} ${expert}`) ?? { layer, members: [] };
      found.set(`${by} ${expert}`, bundle);
      bundle.members.push({ stored, range, rows: rows[range]! });
    });
  }
  return [...found.values()];
}

function frameBytes<T>(bundles: readonly Bundle<T>[], unit: number): number {
  const rooms = bundles.map(({ members }) =>
    members.reduce((sum, { rows }) => sum + roundUp(roomOf(rows, unit), unit), 0),
  );
  return Math.max(0, ...rooms);
}
