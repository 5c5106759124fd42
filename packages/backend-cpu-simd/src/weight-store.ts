import { freemem } from "node:os";
import {
  EngineError,
  type Extent,
  elements,
  isReadable,
  type Residency,
  readRows,
  type Watch,
  type WeightSource,
  type WeightStore,
  type WeightUse,
} from "@engine/core";
import type { Native, NativeDevice, NativeWeights } from "./native.ts";
import { translated, translatedAsync } from "./native-error.ts";
import { type OnDispose, Owned } from "./owned.ts";
import { STORED } from "./supports.ts";
import { chooseStreamed, type StreamChoice, type StreamedRows } from "./weight-stream.ts";

export interface LoadOptions {
  readonly source: WeightSource;
  readonly uses: readonly WeightUse[];
  readonly residency: Residency;
  readonly watch: Watch;
  readonly onDispose: OnDispose;
}

/** Where a weight's bytes lie: a region of the native store, and an offset in it. */
export interface Place {
  readonly use: WeightUse;
  /** A float type: that of the encoding, or f32 where the weight was decoded. */
  readonly type: string;
  readonly region: number;
  readonly offset: number;
  /** Streamed weights: how the rows from a row on come, and the region of their ring. The place above is their file's. */
  readonly stream?: {
    readonly region: number;
    readonly ranges: readonly StreamedRows[];
  };
}

interface Stored {
  readonly use: WeightUse;
  readonly type: string;
  /** Undefined: decoded to f32 while it is loaded. */
  readonly part: string | undefined;
  readonly bytes: number;
  readonly extent: Extent | undefined;
}

interface Decision {
  readonly mapped: readonly Stored[];
  readonly copied: readonly Stored[];
  readonly streaming?: StreamChoice<Stored>;
}

const ALIGNMENT = 64;
/** Bytes copied in one job: between two, steps of other models run and a signal is heard. */
const PIECE = 64 * 2 ** 20;
/** "auto" copies weights into memory while they take at most this part of what is free. */
const AUTO_SHARE = 0.6;
/** Streamed weights go through the system's page cache while it can hold them: up to this part of what is free. */
const CACHED_SHARE = 0.5;
/** Threads that read; a disk needs that many requests in flight for its full rate. */
const READERS = 8;

/** Weights in their storage type: used in place from mapped files, or copied. */
export class CpuWeights extends Owned implements WeightStore {
  readonly native: NativeWeights;
  readonly #places = new Map<string, Place>();
  #bytes = { resident: 0, mapped: 0, streamed: 0 };

  static async load(native: Native, device: NativeDevice, options: LoadOptions): Promise<CpuWeights> {
    const stored = decided(options);
    const store = new CpuWeights(native, device, options.onDispose);
    try {
      store.#map(stored.mapped);
      await store.#copy(stored.copied, options);
      if (stored.streaming) store.#stream(stored.streaming, options);
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

  streamed(): { readonly bytesRead: number; readonly stallSeconds: number } {
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
    for (const { use, region, offset } of this.#places.values()) {
      if (use.access === "whole") seconds += await this.native.readSeconds(region, offset, partOf(use).bytes);
    }
    return seconds;
  }

  #map(stored: readonly Stored[]): void {
    const regions = new Map<number, number>();
    for (const { use, type, extent, bytes } of stored) {
      if (!extent) continue;
      let region = regions.get(extent.fd);
      if (region === undefined) {
        region = translated(() => this.native.map(extent.fd));
        regions.set(extent.fd, region);
      }
      this.#places.set(use.name, { use, type, region, offset: extent.offset });
      this.#bytes.mapped += bytes;
    }
  }

  async #copy(copied: readonly Stored[], { source, watch }: LoadOptions): Promise<void> {
    const room = copied.reduce((sum, { bytes }) => sum + aligned(bytes), 0);
    const region = translated(() => this.native.reserve(room));
    this.#bytes.resident += room;
    const total = copied.reduce((sum, { bytes }) => sum + bytes, 0);
    let done = 0;
    let to = 0;
    for (const { use, type, part, bytes, extent } of copied) {
      this.#places.set(use.name, { use, type, region, offset: to });
      if (part === undefined) {
        await this.#decode(use, region, to, source, watch);
        done += bytes;
        watch.onProgress?.(done, total, use.name);
        to += aligned(bytes);
        continue;
      }
      for (let at = 0; at < bytes; at += PIECE) {
        if (watch.signal?.aborted)
          throw new EngineError("aborted", `Loading stopped at weight "${use.name}".`);
        const n = Math.min(PIECE, bytes - at);
        if (extent) {
          await translatedAsync(() => this.native.read(extent.fd, extent.offset + at, region, to + at, n));
        } else {
          const piece = new Uint8Array(n);
          await source.read(use.name, part, Float64Array.of(at, n), piece, watch.signal);
          translated(() => this.native.fill(region, to + at, piece));
        }
        done += n;
        watch.onProgress?.(done, total, use.name);
      }
      to += aligned(bytes);
    }
  }

  #stream({ streamed, layout }: StreamChoice<Stored>, { residency }: LoadOptions): void {
    if (!layout) return;
    const { files, pieces, segments, ringBytes } = layout;
    const region = translated(() => this.native.reserve(ringBytes));
    this.#bytes.resident += ringBytes;
    for (const { stored, ranges } of streamed) {
      const { use } = stored;
      this.#places.set(use.name, { ...this.#places.get(use.name)!, stream: { region, ranges } });
      this.#bytes.mapped -= stored.bytes;
      this.#bytes.streamed += stored.bytes;
    }
    const io = typeof residency === "object" ? residency.stream.io : undefined;
    const fds = Int32Array.from(files, ({ fd }) => fd);
    const paths = files.map(({ path }) => path);
    const direct = io ? io === "direct" : this.#bytes.streamed > CACHED_SHARE * freemem();
    translated(() => this.native.stream(region, fds, paths, direct, pieces, segments, READERS));
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
    const step = Math.max(1, Math.floor(PIECE / Math.max(rowBytes, 1)));
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

/** Which weights stay in their files. Tables that are only looked up in do, unless "resident" is asked for. */
function decided({ source, uses, residency }: LoadOptions): Decision {
  const all = uses.map((use): Stored => {
    const held = partOf(use);
    const extent = held.part === undefined ? undefined : source.extent(use.name, held.part);
    return { use, ...held, extent };
  });
  const divide = (inPlace: (stored: Stored) => boolean): { mapped: Stored[]; copied: Stored[] } => {
    const mapped = all.filter((stored) => stored.extent !== undefined && inPlace(stored));
    return { mapped, copied: all.filter((stored) => !mapped.includes(stored)) };
  };
  const isTable = ({ use }: Stored): boolean => use.access === "rows";
  if (typeof residency === "object") {
    const { mapped: tables, copied } = divide(isTable);
    const streaming = chooseStreamed(copied, residency.stream.budget);
    const { kept, streamed } = streaming;
    return { mapped: [...tables, ...streamed.map(({ stored }) => stored)], copied: kept, streaming };
  }
  const whole = all.reduce((sum, { use, bytes }) => sum + (use.access === "whole" ? bytes : 0), 0);
  const fits = whole <= AUTO_SHARE * freemem();
  return divide((stored) => residency === "mapped" || (residency === "auto" && (isTable(stored) || !fits)));
}

/** A plain weight has one part; its bytes must be those of its shape. */
function partOf({ name, encoding }: WeightUse): Pick<Stored, "type" | "part" | "bytes"> {
  const stored = STORED[encoding.type];
  const count = elements(encoding.shape);
  if (!stored) {
    if (isReadable(encoding)) return { type: "f32", part: undefined, bytes: 4 * count };
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
  return { type: encoding.type, part: part[0], bytes };
}

function aligned(bytes: number): number {
  return Math.ceil(bytes / ALIGNMENT) * ALIGNMENT;
}
