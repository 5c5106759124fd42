import { EngineError, type Extent, type WeightUse } from "@engine/core";
import { divideBudget, layOutRing, SECTOR, type StreamLayout } from "./stream-layout.ts";

/** A weight with where its bytes lie, as the store found it. */
export interface Streamable {
  readonly use: WeightUse;
  readonly bytes: number;
  readonly extent: Extent | undefined;
}

/** Rows of a weight that are brought in one go. */
interface Rows<T> {
  readonly stored: T;
  readonly begin: number;
  readonly bytes: number;
  readonly offset: number;
}

export interface StreamChoice<T> {
  /** Weights that stay in memory. */
  readonly kept: readonly T[];
  /** The rest, with the segment and the place in the ring of each range of rows. */
  readonly streamed: readonly {
    readonly stored: T;
    readonly ranges: ReadonlyMap<number, { readonly segment: number; readonly offset: number }>;
  }[];
  readonly layout: StreamLayout | undefined;
}

/** Smaller ones take as much of the ring. */
const LEAST = SECTOR;
/** Ops that read a weight where it is stored; all others have a copy of their own. */
const IN_PLACE = new Set(["matmul", "expert-matmul", "gather"]);

/** Which weights are read anew in each step so that all others fit a budget of bytes. Throws `out-of-memory`. */
export function chooseStreamed<T extends Streamable>(all: readonly T[], budget: number): StreamChoice<T> {
  const inOrder = all.filter(streams).sort((a, b) => a.use.first - b.use.first);
  const fixed = all.filter((stored) => !streams(stored));
  const fixedBytes = fixed.reduce((sum, { bytes }) => sum + bytes, 0);
  const ranges = inOrder.map(rangesOf);
  const sizes = ranges.map((rows) => rows.reduce((sum, { bytes }) => sum + bytes, 0));
  const largest = ranges.flat().reduce((most, { bytes }) => Math.max(most, bytes), 0);
  const division = divideBudget(sizes, { budget: budget - fixedBytes, largest });
  if (!division)
    throw new EngineError(
      "out-of-memory",
      `${megabytes(budget)} are too few to stream these weights through: ${megabytes(fixedBytes)} must stay, and two of the largest ` +
        `pieces are ${megabytes(2 * largest)}. Give a larger memory budget.`,
    );
  const kept = [...fixed, ...inOrder.slice(0, division.pinned)];
  if (division.ringBytes === 0) return { kept, streamed: [], layout: undefined };
  const rest = ranges.slice(division.pinned);
  const layout = layOutRing(
    rest.flat().map(({ stored, offset, bytes }) => {
      const { fd, path } = stored.extent!;
      return { name: stored.use.name, parts: [{ fd, path, offset, bytes }] };
    }),
    division.ringBytes,
  );
  let segment = 0;
  const streamed = rest.map((rows) => ({
    stored: rows[0]!.stored,
    ranges: new Map(
      rows.map(({ begin }) => [begin, { segment, offset: layout.places[segment++]![0]! }] as const),
    ),
  }));
  return { kept, streamed, layout };
}

function streams({ use, bytes, extent }: Streamable): boolean {
  const { access, readers } = use;
  return (
    access === "whole" &&
    bytes >= LEAST &&
    extent !== undefined &&
    readers.every(({ op }) => IN_PLACE.has(op.name))
  );
}

function rangesOf<T extends Streamable>(stored: T): Rows<T>[] {
  const { use, bytes, extent } = stored;
  const rowBytes = bytes / use.encoding.shape[0]!;
  return use.ranges.map(({ begin, end }) => ({
    stored,
    begin,
    bytes: (end - begin) * rowBytes,
    offset: extent!.offset + begin * rowBytes,
  }));
}

function megabytes(bytes: number): string {
  return `${(bytes / 1e6).toFixed(1)} MB`;
}
