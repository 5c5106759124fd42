import { type Encoding, EngineError, type Extent } from "@engine/core";
import { checkRanges } from "../byte-ranges.ts";
import type { SafetensorsSource, SourceFile } from "../safetensors-source.ts";
import { show } from "../show.ts";
import { PACKED, type PackedWeight, packedWeight } from "./packed-weight.ts";

/** Largest tensor of whole numbers that is read when a checkpoint is opened: the order of the inputs. */
const MOST_INTEGERS = 2 ** 20;

/**
 * The source with the tensors of each packed weight as one logical weight, `x.weight` for `x.weight_packed` and what
 * belongs to it. A source without any stays as it is. Throws `bad-checkpoint` and `unsupported`.
 */
export async function withPackedWeights(source: SafetensorsSource): Promise<SafetensorsSource> {
  const names = [...source.names()]
    .filter((name) => name.endsWith(PACKED))
    .map((name) => name.slice(0, -PACKED.length));
  if (names.length === 0) return source;
  const bad = (text: string) => new EngineError("bad-checkpoint", `${source.files[0]?.path}: ${text}`);
  const weights = new Map<string, PackedWeight>();
  const stored = {
    describe: (name: string) => source.describe(name),
    integers: (name: string) => readIntegers(source, name, bad),
  };
  for (const name of names) {
    if (source.describe(name))
      throw bad(
        `weight ${show(name)} is there packed and unpacked, so it is unclear which to use. Download it again.`,
      );
    weights.set(name, await packedWeight(name, stored, bad));
  }
  return new PackedSource(source, weights);
}

class PackedSource implements SafetensorsSource {
  readonly id: string;
  readonly files: readonly SourceFile[];
  readonly #inner: SafetensorsSource;
  readonly #weights: ReadonlyMap<string, PackedWeight>;
  readonly #hidden: ReadonlySet<string>;

  constructor(inner: SafetensorsSource, weights: ReadonlyMap<string, PackedWeight>) {
    this.id = inner.id;
    this.files = inner.files;
    this.#inner = inner;
    this.#weights = weights;
    this.#hidden = new Set([...weights.values()].flatMap(({ members }) => members));
  }

  *names(): Iterable<string> {
    for (const name of this.#inner.names()) {
      if (!this.#hidden.has(name)) yield name;
      else if (name.endsWith(PACKED)) yield name.slice(0, -PACKED.length);
    }
  }

  describe(name: string): Encoding | undefined {
    const weight = this.#weights.get(name);
    if (weight) return weight.encoding;
    return this.#hidden.has(name) ? undefined : this.#inner.describe(name);
  }

  /** Absent for zero points that must be unpacked. */
  extent(name: string, part: string): Extent | undefined {
    const weight = this.#weights.get(name);
    if (!weight) return this.#hidden.has(name) ? undefined : this.#inner.extent(name, part);
    const tensor = weight.tensors[part];
    if (tensor === undefined || (part === "zero" && weight.zeros)) return undefined;
    return this.#inner.extent(tensor, "data");
  }

  async read(
    name: string,
    part: string,
    ranges: Float64Array,
    into: Uint8Array,
    signal?: AbortSignal,
  ): Promise<void> {
    const weight = this.#weights.get(name);
    if (!weight) return this.#inner.read(name, part, ranges, into, signal);
    const tensor = weight.tensors[part];
    if (tensor === undefined) {
      const parts = Object.keys(weight.tensors).join(", ");
      throw new EngineError(
        "bad-option",
        `weight ${show(name)} has no part ${show(part)}; its parts are ${parts}.`,
      );
    }
    if (part !== "zero" || !weight.zeros) return this.#inner.read(tensor, "data", ranges, into, signal);
    checkRanges(name, ranges, weight.encoding.parts.zero!.bytes, into.length);
    const { perWord, groups } = weight.zeros;
    for (let i = 0, done = 0; i < ranges.length; i += 2) {
      const [begin, bytes] = [ranges[i]!, ranges[i + 1]!];
      const firstWords = Math.floor(begin / groups / perWord);
      const endWords = Math.ceil(Math.ceil((begin + bytes) / groups) / perWord);
      const words = new Uint8Array((endWords - firstWords) * groups * 4);
      await this.#inner.read(
        tensor,
        "data",
        Float64Array.of(firstWords * groups * 4, words.length),
        words,
        signal,
      );
      unpackZeros(words, into.subarray(done, done + bytes), {
        perWord,
        groups,
        begin: begin - firstWords * perWord * groups,
      });
      done += bytes;
    }
  }

  close(): Promise<void> {
    return this.#inner.close();
  }
}

/** Zero points from element `begin` of [rows, groups] on, out of words [ceil(rows / perWord), groups]. */
function unpackZeros(
  words: Uint8Array,
  into: Uint8Array,
  { perWord, groups, begin }: { perWord: number; groups: number; begin: number },
): void {
  const bits = 32 / perWord;
  for (let i = 0; i < into.length; i++) {
    const row = Math.floor((begin + i) / groups);
    const word = (Math.floor(row / perWord) * groups + ((begin + i) % groups)) * 4;
    const bit = (row % perWord) * bits;
    const byte = words[word + (bit >> 3)]! >> (bit & 7);
    into[i] = (byte & (2 ** bits - 1)) - 2 ** (bits - 1);
  }
}

async function readIntegers(
  source: SafetensorsSource,
  name: string,
  bad: (text: string) => EngineError,
): Promise<number[]> {
  const { type, shape, parts } = source.describe(name)!;
  const size = type === "i64" ? 8 : 4;
  const { bytes } = parts.data!;
  if ((type !== "i64" && type !== "i32") || bytes > MOST_INTEGERS * size)
    throw bad(`tensor ${show(name)} must be a short list of whole numbers, but is ${type} ${show(shape)}.`);
  const data = new Uint8Array(bytes);
  await source.read(name, "data", Float64Array.of(0, bytes), data);
  const values =
    type === "i64" ? [...new BigInt64Array(data.buffer)].map(Number) : [...new Int32Array(data.buffer)];
  if (values.every(Number.isSafeInteger)) return values;
  throw bad(
    `tensor ${show(name)}: ${show(values.find((value) => !Number.isSafeInteger(value)))} is no size.`,
  );
}
