import { EngineError, type StreamReader, type WeightUse } from "@engine/core";
import { bytesInPanels } from "./blocks.ts";
import { type ExpertLayout, expertFrames, layOutExperts } from "./expert-layout.ts";
import {
  chunkOf,
  divideBudget,
  LINE,
  layOut,
  type PieceLayout,
  READERS,
  roomOf,
  roundUp,
  SECTOR,
  SourceFiles,
  storedBytes,
} from "./stream-layout.ts";
import { fileRows, type Streamable, type StreamedRows } from "./streamable.ts";
import { layOutTables, type TableLayout, tableRows } from "./table-layout.ts";

export interface StreamChoice<T> {
  /** Weights that stay in memory. */
  readonly kept: readonly T[];
  /** Read in every step: through a ring in memory, or in windows of mapped files, with the bytes of both. */
  readonly ring: {
    readonly bytes: number;
    readonly windowBytes: number;
    readonly layout: PieceLayout;
    readonly rows: ReadonlyMap<T, readonly StreamedRows[]>;
  };
  readonly experts: ExpertLayout<T> | undefined;
  readonly tables: TableLayout<T>;
  readonly files: SourceFiles;
  readonly direct: boolean;
  /** Threads take its place where the system has none. */
  readonly reader: StreamReader;
  /** Bytes of one read, and what is taken for reading blocks before they are laid out. */
  readonly chunk: number;
  readonly staging: number;
}

export interface StreamOptions {
  /** Bytes of memory for all of them. */
  readonly budget: number;
  /** Reads go through the system's page cache while what is streamed is no more than this many bytes. */
  readonly cacheable: number;
  readonly io?: "direct" | "cached" | undefined;
  readonly reader?: StreamReader | undefined;
}

/** A disk is kept busy by so much of the ring; memory by less. */
const DIRECT_AHEAD = 32 * 2 ** 20;
const CACHED_AHEAD = 4 * 2 ** 20;
/** The same rate within noise, with less of the processor where it was measured (ADR 029). */
const READER: StreamReader = "io_uring";
/** Smaller ones stay. */
const LEAST = SECTOR;
/** Ops that read a weight where it is stored; all others have a copy of their own. */
const IN_PLACE = new Set(["matmul", "expert-matmul", "gather"]);

/**
 * Which weights are read when they are used so that all others fit a budget of bytes: rows of tables when they are
 * looked up, experts when rows are routed to them, the rest in every step. Throws `out-of-memory`.
 */
export function chooseStreamed<T extends Streamable>(
  all: readonly T[],
  { budget, cacheable, io, reader = READER }: StreamOptions,
): StreamChoice<T> {
  const files = new SourceFiles();
  const looked = all.filter(isTable);
  const routed = all.filter(isRouted);
  // A table that is also the head is streamed as the head.
  const inOrder = all.filter(isStreamed).sort((a, b) => a.use.last - b.use.last);
  const fixed = all.filter((one) => one.use.access === "whole" || !isTable(one));
  const stays = fixed.filter((one) => !isStreamed(one) && !isRouted(one));
  const capacities = tableRows(looked, budget);
  const taken =
    total(stays.map(held)) + total(looked.map((one) => capacities.get(one)! * (one.bytes / rowsOf(one))));
  const chunk = chunkOf(budget);
  const left = budget - taken;
  const streamable = total([...inOrder, ...routed].map(held));
  const direct = io ? io === "direct" : streamable - left > cacheable;
  // What the page cache holds is used there.
  const windows = !direct;
  const readAway = windows ? routed : [...inOrder, ...routed];
  const reading = readAway.some(({ blocks }) => blocks !== undefined);
  const staging = reading ? Math.min(READERS * chunk, Math.ceil(budget / 32)) : 0;
  const unit = direct ? SECTOR : LINE;
  const sizes = inOrder.map(held);
  const ranges = inOrder.flatMap(fileRows);
  const rooms = ranges.map((rows) => (windows ? storedBytes(rows) : roundUp(roomOf(rows, unit), unit)));
  const largest = Math.max(0, ...rooms);
  const frames = expertFrames(routed, unit);
  if (streamable <= left) {
    const tables = layOutTables(
      looked.filter(({ use }) => use.access === "rows"),
      capacities,
      files,
    );
    return {
      kept: fixed,
      ring: noRing(),
      experts: undefined,
      tables,
      files,
      direct,
      reader,
      chunk,
      staging: 0,
    };
  }
  const ahead = direct ? DIRECT_AHEAD : CACHED_AHEAD;
  const divide = (count: number) =>
    divideBudget(sizes, { budget: left - staging - count * frames.bytes, largest, ahead });
  // What every step reads is worth more memory than what some do.
  const division = frames.least.map(divide).find((one) => one !== undefined);
  if (!division)
    throw new EngineError(
      "out-of-memory",
      `${megabytes(budget)} are too few to stream these weights through: ${megabytes(taken)} must stay, and two of the largest ` +
        `pieces are ${megabytes(2 * largest)}${frames.bytes > 0 ? `, an expert ${megabytes(frames.bytes)}` : ""}. Give a larger memory budget.`,
    );
  const { ringBytes } = division;
  const pinned = inOrder.slice(0, division.pinned);
  const rest = inOrder.slice(division.pinned);
  const room = left - staging - ringBytes - total(pinned.map(held));
  const experts = layOutExperts(routed, { room, unit, files });
  const layout = layOut(rest.flatMap(fileRows), { files, unit, ringBytes, windows });
  const rows = new Map<T, readonly StreamedRows[]>();
  let segment = 0;
  for (const one of rest) {
    const streamed = fileRows(one).map(({ begin, end }) => {
      const offset = layout.places[segment]!;
      return { begin, end, segment: segment++, unit: -1, offset };
    });
    rows.set(one, streamed);
  }
  const tables = layOutTables(
    looked.filter((one) => one.use.access === "rows" || rows.has(one)),
    capacities,
    files,
  );
  const ring = { bytes: windows ? 0 : ringBytes, windowBytes: windows ? ringBytes : 0, layout, rows };
  return { kept: [...stays, ...pinned], ring, experts, tables, files, direct, reader, chunk, staging };
}

function noRing<T>(): StreamChoice<T>["ring"] {
  return { bytes: 0, windowBytes: 0, layout: { pieces: new Float64Array(0), places: [] }, rows: new Map() };
}

function isTable({ use, extents }: Streamable): boolean {
  return (
    extents.length > 0 &&
    use.encoding.shape.length === 2 &&
    use.readers.some(({ op }) => op.name === "gather")
  );
}

/** All of its ranges are single experts. */
function isRouted({ use, extents }: Streamable): boolean {
  return use.access === "whole" && extents.length > 0 && use.experts !== undefined;
}

/** Large weights in files, each range of which one call reads as it is stored. */
function isStreamed(one: Streamable): boolean {
  const { use, bytes, extents } = one;
  return use.access === "whole" && bytes >= LEAST && extents.length > 0 && !isRouted(one) && readInPlace(use);
}

/** Whether all readers take it as its file stores it. */
export function readInPlace({ readers }: WeightUse): boolean {
  return readers.every(({ op }) => IN_PLACE.has(op.name));
}

/** Bytes in memory. */
function held({ bytes, blocks }: Streamable): number {
  return blocks ? bytesInPanels(blocks) : bytes;
}

function rowsOf({ use }: Streamable): number {
  return use.encoding.shape[0]!;
}

function total(sizes: readonly number[]): number {
  return sizes.reduce((sum, size) => sum + size, 0);
}

function megabytes(bytes: number): string {
  return `${(bytes / 1e6).toFixed(1)} MB`;
}
