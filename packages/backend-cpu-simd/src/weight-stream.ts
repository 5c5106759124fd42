import { EngineError, type Extent, type WeightUse } from "@engine/core";
import { divideBudget, type FilePart, layOutRing, SECTOR, type StreamLayout, span } from "./stream-layout.ts";

/** A weight with where its bytes lie, as the store found it. */
export interface Streamable {
  readonly use: WeightUse;
  readonly bytes: number;
  /** Of each part; none where it does not lie in files, or is not read as it is stored. */
  readonly extents: readonly Extent[];
}

/** Rows of a weight, the segment that brings them, and where in the ring each of their parts lies then. */
export interface StreamedRows {
  readonly begin: number;
  readonly end: number;
  readonly segment: number;
  readonly offsets: readonly number[];
}

/** Rows of a weight that are brought in one go. */
interface Rows<T> {
  readonly stored: T;
  readonly begin: number;
  readonly end: number;
  readonly parts: readonly FilePart[];
}

export interface StreamChoice<T> {
  /** Weights that stay in memory. */
  readonly kept: readonly T[];
  /** The rest, with how each range of rows comes. */
  readonly streamed: readonly { readonly stored: T; readonly ranges: readonly StreamedRows[] }[];
  readonly layout: StreamLayout | undefined;
}

/** Smaller ones take as much of the ring. */
const LEAST = SECTOR;
/** Ops that read a weight where it is stored; all others have a copy of their own. */
const IN_PLACE = new Set(["matmul", "expert-matmul", "gather"]);

/** Which weights are read anew in each step so that all others fit a budget of bytes. Throws `out-of-memory`. */
export function chooseStreamed<T extends Streamable>(all: readonly T[], budget: number): StreamChoice<T> {
  // A table that is also the head is streamed as the head.
  const inOrder = all.filter(streams).sort((a, b) => a.use.last - b.use.last);
  const fixed = all.filter((stored) => !streams(stored));
  const fixedBytes = fixed.reduce((sum, { bytes }) => sum + bytes, 0);
  const ranges = inOrder.map(rangesOf);
  const sizes = inOrder.map(({ bytes }) => bytes);
  const largest = mostAtOnce(ranges.flat());
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
    rest.flat().map(({ stored, parts }) => ({ name: stored.use.name, parts })),
    division.ringBytes,
  );
  let segment = 0;
  const streamed = rest.map((rows) => ({
    stored: rows[0]!.stored,
    ranges: rows.map(({ begin, end }) => ({ begin, end, segment, offsets: layout.places[segment++]! })),
  }));
  return { kept, streamed, layout };
}

/** Bytes that one call needs together: a range of rows, or all experts. */
function mostAtOnce<T extends Streamable>(ranges: readonly Rows<T>[]): number {
  const experts = new Map<number, number>();
  let most = 0;
  for (const { stored, parts } of ranges) {
    const room = parts.reduce((sum, { offset, bytes }) => sum + span(offset, bytes).bytes, 0);
    most = Math.max(most, room);
    const { last, readers } = stored.use;
    if (readers.some(({ op }) => op.name === "expert-matmul"))
      experts.set(last, (experts.get(last) ?? 0) + room);
  }
  return Math.max(most, ...experts.values());
}

/** Large weights in files, each range of which one call reads as it is stored. */
function streams({ use, bytes, extents }: Streamable): boolean {
  const { access, readers } = use;
  return (
    access === "whole" &&
    bytes >= LEAST &&
    extents.length > 0 &&
    readers.every(({ op }) => IN_PLACE.has(op.name))
  );
}

function rangesOf<T extends Streamable>(stored: T): Rows<T>[] {
  const { use, extents } = stored;
  const rows = use.encoding.shape[0]!;
  return use.ranges.map(({ begin, end }) => ({
    stored,
    begin,
    end,
    parts: extents.map(({ fd, path, offset, bytes }) => ({
      fd,
      path,
      offset: offset + begin * (bytes / rows),
      bytes: (end - begin) * (bytes / rows),
    })),
  }));
}

function megabytes(bytes: number): string {
  return `${(bytes / 1e6).toFixed(1)} MB`;
}
