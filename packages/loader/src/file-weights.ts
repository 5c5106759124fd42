import { type Encoding, EngineError, type Extent, type WeightSource } from "@engine/core";
import { checkRanges, mergedRanges } from "./byte-ranges.ts";
import type { OpenFile, OpenFiles } from "./open-files.ts";
import { readFully } from "./read-fully.ts";
import { show } from "./show.ts";

/** A weight whose one part, "data", is a run of bytes of a file. */
export interface FileWeight {
  readonly file: OpenFile;
  /** Byte of the file where it begins. */
  readonly offset: number;
  readonly encoding: Encoding;
}

/** The weights of one or more files, each with one part, "data", in the file's own layout. */
export class FileWeights implements WeightSource {
  readonly id: string;
  protected readonly open: OpenFiles;
  protected readonly weights: ReadonlyMap<string, FileWeight>;

  constructor(open: OpenFiles, weights: ReadonlyMap<string, FileWeight>) {
    this.open = open;
    this.weights = weights;
    this.id = open.id;
  }

  names(): Iterable<string> {
    return this.weights.keys();
  }

  describe(name: string): Encoding | undefined {
    return this.weights.get(name)?.encoding;
  }

  /** Throws `disposed` after close: the descriptor may belong to another file by then. */
  extent(name: string, part: string): Extent | undefined {
    const weight = part === "data" ? this.weights.get(name) : undefined;
    if (!weight) return undefined;
    const { file, offset, encoding } = weight;
    this.open.assertOpen(file.path);
    return { fd: file.handle.fd, path: file.path, offset, bytes: encoding.parts.data!.bytes };
  }

  async read(
    name: string,
    part: string,
    ranges: Float64Array,
    into: Uint8Array,
    signal?: AbortSignal,
  ): Promise<void> {
    const weight = this.weights.get(name);
    if (!weight)
      throw new EngineError("missing-weight", `no weight ${show(name)} in ${this.open.list[0]?.path}.`);
    if (part !== "data") {
      throw new EngineError(
        "bad-option",
        `weight ${show(name)} has no part ${show(part)}; its one part is "data".`,
      );
    }
    checkRanges(name, ranges, weight.encoding.parts.data!.bytes, into.length);
    const { handle, path } = weight.file;
    const check = () => this.open.assertOpen(path);
    check();
    let done = 0;
    for (const [offset, bytes] of mergedRanges(ranges)) {
      const target = into.subarray(done, done + bytes);
      await readFully(target, { handle, path, position: weight.offset + offset, signal, check });
      done += bytes;
    }
  }

  /** Closes every file; waits for reads under way. May be called again. */
  close(): Promise<void> {
    return this.open.close();
  }
}
