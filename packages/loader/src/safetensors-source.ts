import { createHash } from "node:crypto";
import { resolve } from "node:path";
import { type Encoding, EngineError, type Extent, type WeightSource } from "@engine/core";
import { readFully } from "./read-fully.ts";
import { isWhole } from "./safetensors-dtype.ts";
import type { SafetensorsFile } from "./safetensors-file.ts";
import type { StoredTensor } from "./safetensors-header.ts";
import { show } from "./show.ts";

/** The weights of one or more safetensors files. Each has one part, "data", in the file's own layout. */
export interface SafetensorsSource extends WeightSource {
  readonly files: readonly SourceFile[];
}

export interface SourceFile {
  readonly path: string;
  readonly bytes: number;
  /** The header's `__metadata__`, empty when there is none. */
  readonly metadata: Readonly<Record<string, string>>;
}

export interface Placed {
  readonly file: SafetensorsFile;
  readonly tensor: StoredTensor;
}

export class OpenSafetensors implements SafetensorsSource {
  readonly id: string;
  readonly files: readonly SourceFile[];
  readonly #open: readonly SafetensorsFile[];
  readonly #tensors: ReadonlyMap<string, Placed>;
  #closing: Promise<void> | undefined;

  constructor(open: readonly SafetensorsFile[], tensors: ReadonlyMap<string, Placed>) {
    this.#open = open;
    this.#tensors = tensors;
    this.files = open.map(({ path, fileBytes, metadata }) => ({ path, bytes: fileBytes, metadata }));
    this.id = idOf(open);
  }

  names(): Iterable<string> {
    return this.#tensors.keys();
  }

  describe(name: string): Encoding | undefined {
    const tensor = this.#tensors.get(name)?.tensor;
    if (!tensor) return undefined;
    const { dtype, shape, rowBytes, bytes } = tensor;
    return { type: dtype, shape, parts: { data: { dtype, shape, rowBytes, bytes } } };
  }

  /** Throws `disposed` after close: the descriptor may belong to another file by then. */
  extent(name: string, part: string): Extent | undefined {
    const placed = part === "data" ? this.#tensors.get(name) : undefined;
    if (!placed) return undefined;
    this.#assertOpen(placed.file.path);
    return { fd: placed.file.handle.fd, path: placed.file.path, ...range(placed) };
  }

  async read(
    name: string,
    part: string,
    ranges: Float64Array,
    into: Uint8Array,
    signal?: AbortSignal,
  ): Promise<void> {
    const placed = this.#tensors.get(name);
    if (!placed)
      throw new EngineError("missing-weight", `no weight ${show(name)} in ${this.#open[0]?.path}.`);
    if (part !== "data") {
      throw new EngineError(
        "bad-option",
        `weight ${show(name)} has no part ${show(part)}; its one part is "data".`,
      );
    }
    checkRanges(name, ranges, placed.tensor.bytes, into.length);
    const { handle, path } = placed.file;
    const check = () => this.#assertOpen(path);
    check();
    const { offset: start } = range(placed);
    let done = 0;
    for (const [offset, bytes] of merged(ranges)) {
      const target = into.subarray(done, done + bytes);
      await readFully(target, { handle, path, position: start + offset, signal, check });
      done += bytes;
    }
  }

  /** Closes every file; waits for reads under way. May be called again. */
  close(): Promise<void> {
    this.#closing ??= Promise.all(this.#open.map((file) => file.handle.close())).then(() => {});
    return this.#closing;
  }

  #assertOpen(path: string): void {
    if (this.#closing)
      throw new EngineError("disposed", `${path}: the weights were closed; open them again to read.`);
  }
}

/** Changes when a file is replaced: what is kept under an id belongs to these bytes. */
function idOf(open: readonly SafetensorsFile[]): string {
  const hash = createHash("sha256");
  for (const file of open) hash.update(JSON.stringify([resolve(file.path), file.fileBytes, file.modifiedMs]));
  return `${resolve(open[0]!.path)}#${hash.digest("hex").slice(0, 16)}`;
}

function range({ file, tensor }: Placed): { offset: number; bytes: number } {
  return { offset: file.dataBegin + tensor.begin, bytes: tensor.bytes };
}

function checkRanges(name: string, ranges: Float64Array, bytes: number, room: number): void {
  const bad = (text: string) => new EngineError("bad-option", `reading weight ${show(name)}: ${text}`);
  if (ranges.length % 2 !== 0) throw bad(`${ranges.length} numbers are no list of [offset, bytes] pairs.`);
  let total = 0;
  for (let i = 0; i < ranges.length; i += 2) {
    const [offset, length] = [ranges[i], ranges[i + 1]];
    if (!isWhole(offset) || !isWhole(length) || offset + length > bytes) {
      throw bad(`range [${offset}, ${length}] does not lie in its ${bytes} bytes.`);
    }
    total += length;
  }
  if (total > room) throw bad(`the ranges hold ${total} bytes, but the target only ${room}.`);
}

/** Ranges that follow each other become one read. */
function* merged(ranges: Float64Array): Generator<readonly [offset: number, bytes: number]> {
  let [offset, bytes] = [0, 0];
  for (let i = 0; i < ranges.length; i += 2) {
    const [nextOffset, nextBytes] = [ranges[i]!, ranges[i + 1]!];
    if (nextOffset !== offset + bytes) {
      if (bytes > 0) yield [offset, bytes];
      [offset, bytes] = [nextOffset, 0];
    }
    bytes += nextBytes;
  }
  if (bytes > 0) yield [offset, bytes];
}
