import { freemem } from "node:os";
import {
  EngineError,
  type Extent,
  elements,
  isReadable,
  type Residency,
  readRows,
  type Watch,
  type WeightBytes,
  type WeightSource,
  type WeightStore,
  type WeightUse,
} from "@engine/core";
import { type BlocksLayout, blocksLayout, bytesInPanels, PANEL } from "./blocks.ts";
import { type Copied, copyFromFiles, JOB_BYTES } from "./copy-weights.ts";
import type { Native, NativeDevice, NativeWeights } from "./native.ts";
import { translated, translatedAsync } from "./native-error.ts";
import { openStreams, type StreamedPlace } from "./open-streams.ts";
import { type OnDispose, Owned } from "./owned.ts";
import { LINE } from "./stream-layout.ts";
import { STORED } from "./supports.ts";
import { chooseStreamed, type StreamChoice } from "./weight-stream.ts";

export interface LoadOptions {
  readonly source: WeightSource;
  readonly uses: readonly WeightUse[];
  readonly residency: Residency;
  readonly watch: Watch;
  readonly onDispose: OnDispose;
}

/** Where a weight's bytes lie: a region of the native store, and an offset in it. */
export interface Place extends StreamedPlace {
  readonly use: WeightUse;
  /** A float type: that of the encoding, or f32 where the weight was decoded. */
  readonly type: string;
  /** -1 where it does not lie in memory as a whole. */
  readonly region: number;
  readonly offset: number;
  /** Weights in blocks: laid out in panels, or rows as stored; where the second part of those lies. */
  readonly blocks?: {
    readonly layout: BlocksLayout;
    readonly panels: boolean;
    readonly second?: { readonly region: number; readonly offset: number };
  };
}

interface Stored {
  readonly use: WeightUse;
  readonly type: string;
  /** Undefined: decoded to f32 while it is loaded. */
  readonly part: string | undefined;
  readonly bytes: number;
  /** Of the first part, where all parts lie in files; then of all of them. */
  readonly extent: Extent | undefined;
  readonly extents: readonly Extent[];
  readonly blocks: BlocksLayout | undefined;
}

interface Target {
  readonly region: number;
  readonly to: number;
  readonly source: WeightSource;
  readonly watch: Watch;
}

interface Decision {
  readonly mapped: readonly Stored[];
  readonly copied: readonly Stored[];
  readonly streaming?: StreamChoice<Stored>;
}

/** "auto" copies weights into memory while they take at most this part of what is free. */
const AUTO_SHARE = 0.6;
/** Streamed weights go through the system's page cache while it can hold them: up to this part of what is free. */
const CACHED_SHARE = 0.5;

/** Weights in their storage type: used in place from mapped files, or copied. */
export class CpuWeights extends Owned implements WeightStore {
  readonly native: NativeWeights;
  readonly #places = new Map<string, Place>();
  #bytes: WeightBytes = { resident: 0, mapped: 0, streamed: 0 };

  /** What `load` would take. */
  static measure(native: Native, options: Pick<LoadOptions, "source" | "uses" | "residency">): WeightBytes {
    return bytesOf(decided(native, options));
  }

  static async load(native: Native, device: NativeDevice, options: LoadOptions): Promise<CpuWeights> {
    const stored = decided(native, options);
    const store = new CpuWeights(native, device, options.onDispose);
    try {
      store.#bytes = bytesOf(stored);
      store.#map(stored.mapped);
      await store.#copy(stored.copied, options);
      if (stored.streaming) store.#stream(stored.streaming);
      return store;
    } catch (error) {
      await store.dispose();
      throw error;
    }
  }

  private constructor(native: Native, device: NativeDevice, onDispose: OnDispose) {
    super("A weight store", onDispose);
    this.native = translated(() => new native.Weights(device));
  }

  get bytes(): WeightStore["bytes"] {
    return this.#bytes;
  }

  streamed(): ReturnType<NativeWeights["streamed"]> {
    return this.native.streamed();
  }

  place(name: string): Place {
    this.alive();
    const place = this.#places.get(name);
    if (!place)
      throw new EngineError(
        "missing-weight",
        `weight "${name}" is not among those this store was loaded with.`,
      );
    return place;
  }

  /** How long all threads take to read each matrix once: decode cannot be faster. */
  async readSeconds(): Promise<number> {
    this.alive();
    let seconds = 0;
    for (const { use, type, region, offset, blocks } of this.#places.values()) {
      if (use.access !== "whole" || region < 0) continue;
      const bytes = blocks ? bytesInPlace(blocks) : STORED[type]!.bytes * elements(use.encoding.shape);
      seconds += await this.native.readSeconds(region, offset, bytes);
    }
    return seconds;
  }

  #map(stored: readonly Stored[]): void {
    const regions = new Map<number, number>();
    const regionOf = ({ fd }: Extent): number => {
      const region = regions.get(fd) ?? translated(() => this.native.map(fd));
      regions.set(fd, region);
      return region;
    };
    for (const { use, type, extents, blocks: layout } of stored) {
      const [first, second] = extents.map((extent) => ({ region: regionOf(extent), offset: extent.offset }));
      const blocks = layout && { layout, panels: false, ...(second && { second }) };
      this.#places.set(use.name, { use, type, ...first!, ...(blocks && { blocks }) });
    }
  }

  async #copy(copied: readonly Stored[], { source, watch }: LoadOptions): Promise<void> {
    const region = translated(() => this.native.reserve(roomOf(copied)));
    const total = copied.reduce((sum, { bytes }) => sum + bytes, 0);
    let [size, arrived] = [0, 0];
    const done = (name: string, bytes: number): void => {
      arrived += bytes;
      watch.onProgress?.(arrived, total, name);
    };
    const [inFiles, others]: [Copied[], [Stored, number][]] = [[], []];
    for (const stored of copied) {
      const { use, type, bytes, extents, blocks } = stored;
      const to = size;
      size += aligned(blocks ? bytesInPanels(blocks) : bytes);
      this.#places.set(use.name, {
        use,
        type,
        region,
        offset: to,
        ...(blocks && { blocks: { layout: blocks, panels: true } }),
      });
      if (extents.length > 0) inFiles.push({ name: use.name, extents, blocks, bytes, to });
      else others.push([stored, to]);
    }
    await copyFromFiles(this.native, inFiles, { region, watch, done });
    for (const [stored, to] of others) {
      await this.#receive(stored, { region, to, source, watch });
      done(stored.use.name, stored.bytes);
    }
  }

  /** A weight that lies in no file, or is decoded. */
  async #receive(stored: Stored, target: Target): Promise<void> {
    const { use, part, bytes, blocks } = stored;
    const { region, to, source, watch } = target;
    if (blocks) return await this.#pack(stored, blocks, target);
    if (part === undefined) return await this.#decode(use, region, to, source, watch);
    for (let at = 0; at < bytes; at += JOB_BYTES) {
      if (watch.signal?.aborted) throw new EngineError("aborted", `Loading stopped at weight "${use.name}".`);
      const piece = new Uint8Array(Math.min(JOB_BYTES, bytes - at));
      await source.read(use.name, part, Float64Array.of(at, piece.length), piece, watch.signal);
      translated(() => this.native.fill(region, to + at, piece));
    }
  }

  #stream(streaming: StreamChoice<Stored>): void {
    for (const [stored, found] of openStreams(this.native, streaming)) {
      const { use, type, blocks: layout } = stored;
      const { inPlace = false, second } = found;
      const blocks = layout && { blocks: { layout, panels: !inPlace, ...(second && { second }) } };
      const known = this.#places.get(use.name) ?? { use, type, region: -1, offset: 0, ...blocks };
      this.#places.set(use.name, { ...known, ...found });
    }
  }

  /** Lays a weight in blocks out in panels: its rows are read piece by piece, and nothing else is kept of them. */
  async #pack({ use }: Stored, layout: BlocksLayout, { region, to, source, watch }: Target): Promise<void> {
    const { code, group, depth, rows, parts } = layout;
    const rowBytes = parts.reduce((sum, part) => sum + part.rowBytes, 0);
    const step = Math.max(1, Math.floor(JOB_BYTES / rowBytes / PANEL)) * PANEL;
    for (let first = 0; first < rows; first += step) {
      if (watch.signal?.aborted) throw new EngineError("aborted", `Loading stopped at weight "${use.name}".`);
      const count = Math.min(step, rows - first);
      const packing = Float64Array.of(code, group, depth, first, count, region, to);
      const pieces: Uint8Array[] = [];
      for (const part of parts) {
        const piece = new Uint8Array(count * part.rowBytes);
        const range = Float64Array.of(first * part.rowBytes, piece.length);
        await source.read(use.name, part.name, range, piece, watch.signal);
        pieces.push(piece);
      }
      await translatedAsync(() => this.native.packBytes(packing, pieces));
    }
  }

  /** Rows as f32, whatever they are stored as: the way of types without kernels. */
  async #decode(
    use: WeightUse,
    region: number,
    to: number,
    source: WeightSource,
    watch: Watch,
  ): Promise<void> {
    const { name, encoding } = use;
    const rows = encoding.shape[0] ?? 1;
    const rowBytes = 4 * elements(encoding.shape.slice(1));
    const step = Math.max(1, Math.floor(JOB_BYTES / Math.max(rowBytes, 1)));
    for (let begin = 0; begin < rows; begin += step) {
      if (watch.signal?.aborted) throw new EngineError("aborted", `Loading stopped at weight "${name}".`);
      const end = Math.min(rows, begin + step);
      const values = await readRows(source, name, encoding, { begin, end }, watch.signal);
      const piece = new Uint8Array(values.buffer, values.byteOffset, values.byteLength);
      translated(() => this.native.fill(region, to + begin * rowBytes, piece));
    }
  }

  protected async release(): Promise<void> {
    await this.native.dispose();
    this.#places.clear();
    this.#bytes = { resident: 0, mapped: 0, streamed: 0 };
  }
}

/** Memory of copied weights, in the layout they have there. */
function roomOf(copied: readonly Stored[]): number {
  return copied.reduce((sum, { bytes, blocks }) => sum + aligned(blocks ? bytesInPanels(blocks) : bytes), 0);
}

function bytesOf({ mapped, copied, streaming }: Decision): WeightBytes {
  const sum = (all: Iterable<Stored>): number =>
    Array.from(all, ({ bytes }) => bytes).reduce((a, b) => a + b, 0);
  const resident = roomOf(copied);
  if (!streaming) return { resident, mapped: sum(mapped), streamed: 0 };
  const { ring, experts, tables, staging } = streaming;
  const rows = Array.from(tables.values(), ({ bytes }) => bytes).reduce((a, b) => a + b, 0);
  const streamed = new Set([...ring.rows.keys(), ...(experts?.rows.keys() ?? []), ...tables.keys()]);
  return {
    resident: resident + ring.bytes + ring.windowBytes + (experts?.bytes ?? 0) + rows + staging,
    mapped: 0,
    streamed: sum(streamed),
  };
}

/** Which weights stay in their files. Tables that are only looked up in do, unless "resident" is asked for. */
function decided(
  native: Native,
  { source, uses, residency }: Pick<LoadOptions, "source" | "uses" | "residency">,
): Decision {
  const all = uses.map((use): Stored => {
    const held = partOf(native, use);
    const parts = held.blocks?.parts.map(({ name }) => name) ?? (held.part === undefined ? [] : [held.part]);
    const found = parts.map((part) => source.extent(use.name, part));
    const extents = found.every((extent) => extent !== undefined) ? found : [];
    return { use, ...held, extent: extents[0], extents };
  });
  const divide = (inPlace: (stored: Stored) => boolean): { mapped: Stored[]; copied: Stored[] } => {
    const mapped = all.filter((stored) => stored.extent !== undefined && inPlace(stored));
    return { mapped, copied: all.filter((stored) => !mapped.includes(stored)) };
  };
  const isTable = ({ use }: Stored): boolean => use.access === "rows";
  if (typeof residency === "object") {
    const { budget, io } = residency.stream;
    const streaming = chooseStreamed(all, { budget, io, cacheable: CACHED_SHARE * freemem() });
    return { mapped: [], copied: streaming.kept, streaming };
  }
  const whole = all.reduce((sum, { use, bytes }) => sum + (use.access === "whole" ? bytes : 0), 0);
  const fits = whole <= AUTO_SHARE * freemem();
  return divide((stored) => residency === "mapped" || (residency === "auto" && (isTable(stored) || !fits)));
}

/** A plain weight has one part; its bytes must be those of its shape. */
function partOf(native: Native, use: WeightUse): Pick<Stored, "type" | "part" | "bytes" | "blocks"> {
  const { name, encoding } = use;
  const stored = STORED[encoding.type];
  const count = elements(encoding.shape);
  if (!stored) {
    const blocks = blocksLayout(native, use);
    const bytes = blocks?.parts.reduce((sum, part) => sum + part.bytes, 0);
    if (blocks) return { type: encoding.type, part: blocks.parts[0]!.name, bytes: bytes!, blocks };
    if (isReadable(encoding)) return { type: "f32", part: undefined, bytes: 4 * count, blocks };
    throw new EngineError(
      "unsupported",
      `weight "${name}" is stored as ${encoding.type}, which has no kernels here and no decoder.`,
    );
  }
  const bytes = stored.bytes * count;
  const [part, ...others] = Object.entries(encoding.parts);
  if (!part || others.length > 0 || part[1].bytes !== bytes) {
    throw new EngineError(
      "bad-checkpoint",
      `weight "${name}": one part of ${bytes} bytes was expected for its shape.`,
    );
  }
  return { type: encoding.type, part: part[0], bytes, blocks: undefined };
}

/** Of panels; or of the first part, which nearly all bytes are of. */
function bytesInPlace({ layout, panels }: NonNullable<Place["blocks"]>): number {
  return panels ? bytesInPanels(layout) : layout.parts[0]!.bytes;
}

function aligned(bytes: number): number {
  return Math.ceil(bytes / LINE) * LINE;
}
