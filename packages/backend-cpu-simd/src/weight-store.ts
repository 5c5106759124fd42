import {
  EngineError,
  type Extent,
  elements,
  type StreamCounts,
  type StreamReader,
  type Watch,
  type WeightBytes,
  type WeightStore,
  type WeightUse,
} from "@engine/core";
import { type BlocksLayout, bytesInPanels } from "./blocks.ts";
import { type Copied, copyFromFiles } from "./copy-weights.ts";
import {
  decideResidency,
  type ResidencyOptions,
  roomOf,
  roomOfOne,
  weightBytes,
} from "./decide-residency.ts";
import { defer, LEAST_ONE, settle } from "./deferred-copy.ts";
import type { Native, NativeDevice, NativeWeights } from "./native.ts";
import { translated } from "./native-error.ts";
import { openStreams, type StreamedPlace } from "./open-streams.ts";
import { type OnDispose, Owned } from "./owned.ts";
import { receiveWeight } from "./receive-weight.ts";
import type { StoredWeight } from "./stored-weight.ts";
import { STORED } from "./supports.ts";
import { readInPlace, type StreamChoice } from "./weight-stream.ts";

export interface LoadOptions extends ResidencyOptions {
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

/** Weights in their storage type: used in place from mapped files, or copied. */
export class CpuWeights extends Owned implements WeightStore {
  readonly native: NativeWeights;
  readonly #places = new Map<string, Place>();
  #reader: StreamReader | undefined;
  #bytes: WeightBytes = { resident: 0, mapped: 0, streamed: 0 };
  #settled: Promise<void> = Promise.resolve();

  /** What `load` would take. */
  static measure(native: Native, options: ResidencyOptions): WeightBytes {
    return weightBytes(decideResidency(native, options));
  }

  static async load(native: Native, device: NativeDevice, options: LoadOptions): Promise<CpuWeights> {
    const decision = decideResidency(native, options);
    const store = new CpuWeights(native, device, options.onDispose);
    try {
      store.#bytes = weightBytes(decision);
      store.#map(decision.mapped);
      await store.#copy(decision.copied, options);
      if (decision.streaming) store.#stream(decision.streaming);
      store.#settled = settle(store.native, () => store.disposed);
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

  streamed(): StreamCounts {
    return { ...this.native.streamed(), ...(this.#reader && { reader: this.#reader }) };
  }

  settled(): Promise<void> {
    return this.#settled;
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
    await this.#settled;
    this.alive();
    let seconds = 0;
    for (const { use, type, region, offset, blocks } of this.#places.values()) {
      if (use.access !== "whole" || region < 0) continue;
      const bytes = blocks ? bytesInPlace(blocks) : STORED[type]!.bytes * elements(use.encoding.shape);
      seconds += await this.native.readSeconds(region, offset, bytes);
    }
    return seconds;
  }

  #map(stored: readonly StoredWeight[]): void {
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

  async #copy(copied: readonly StoredWeight[], { source, residency, watch }: LoadOptions): Promise<void> {
    const region = translated(() => this.native.reserve(roomOf(copied)));
    const total = copied.reduce((sum, { bytes }) => sum + bytes, 0);
    let [size, arrived] = [0, 0];
    const done = (name: string, bytes: number): void => {
      arrived += bytes;
      watch.onProgress?.(arrived, total, name);
    };
    const [inFiles, others]: [Copied[], [StoredWeight, number][]] = [[], []];
    // Small ones lie together: each between large ones that are copied later would take a page of 2 MiB until then.
    const [large, small] = [true, false].map((is) => copied.filter(({ bytes }) => bytes >= LEAST_ONE === is));
    for (const stored of [...large!, ...small!]) {
      const { use, type, bytes, extents, blocks } = stored;
      const to = size;
      size += roomOfOne(stored);
      this.#places.set(use.name, {
        use,
        type,
        region,
        offset: to,
        ...(blocks && { blocks: { layout: blocks, panels: true } }),
      });
      const [inPlace, lastUse] = [readInPlace(use), use.last];
      if (extents.length > 0) inFiles.push({ name: use.name, extents, blocks, bytes, to, inPlace, lastUse });
      else others.push([stored, to]);
    }
    // Under a budget nothing is used in two places.
    const later = typeof residency === "object" ? [] : defer(this.native, inFiles, { region, watch });
    const now = inFiles.filter((one) => !later.includes(one));
    await copyFromFiles(this.native, now, { region, watch, done });
    for (const [stored, to] of others) {
      await receiveWeight(stored, { native: this.native, region, to, source, watch });
      done(stored.use.name, stored.bytes);
    }
    for (const { name, bytes } of later) done(name, bytes);
  }

  #stream(streaming: StreamChoice<StoredWeight>): void {
    const { places, reader } = openStreams(this.native, streaming);
    this.#reader = reader;
    for (const [stored, found] of places) {
      const { use, type, blocks: layout } = stored;
      const { inPlace = false, second } = found;
      const blocks = layout && { blocks: { layout, panels: !inPlace, ...(second && { second }) } };
      const known = this.#places.get(use.name) ?? { use, type, region: -1, offset: 0, ...blocks };
      this.#places.set(use.name, { ...known, ...found });
    }
  }

  protected async release(): Promise<void> {
    await this.native.dispose();
    this.#places.clear();
    this.#bytes = { resident: 0, mapped: 0, streamed: 0 };
  }
}

/** Of panels; or of the first part, which nearly all bytes are of. */
function bytesInPlace({ layout, panels }: NonNullable<Place["blocks"]>): number {
  return panels ? bytesInPanels(layout) : layout.parts[0]!.bytes;
}
