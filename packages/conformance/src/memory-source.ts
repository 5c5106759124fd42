import { type Encoding, EngineError, elements, encodeFloats, type WeightSource } from "@engine/core";

/** One weight of a `memorySource`, in a float type. */
export interface MemoryWeight {
  readonly type: "f32" | "f16" | "bf16";
  readonly shape: readonly number[];
  /** Little-endian, row-major. */
  readonly bytes: Uint8Array;
}

/** One weight of a `memorySource` in any encoding, with the bytes of its parts. */
export interface EncodedWeight {
  readonly encoding: Encoding;
  readonly parts: Readonly<Record<string, Uint8Array>>;
}

/** Values as a weight stored in `type`, rounded to it. */
export function memoryWeight(
  type: MemoryWeight["type"],
  shape: readonly number[],
  values: Float32Array,
): MemoryWeight {
  return { type, shape, bytes: encodeFloats(type, values) };
}

/** Weights in memory. No file holds them, so there are no extents. */
export function memorySource(weights: Readonly<Record<string, MemoryWeight | EncodedWeight>>): WeightSource {
  return {
    id: "memory",
    names: () => Object.keys(weights),
    describe: (name) => (weights[name] ? encodingOf(weights[name]) : undefined),
    extent: () => undefined,
    async read(name, part, ranges, into) {
      const weight = weights[name] ?? missing(name);
      const bytes = "parts" in weight ? weight.parts[part]! : weight.bytes;
      let at = 0;
      for (let i = 0; i < ranges.length; i += 2) {
        const [offset, length] = [ranges[i]!, ranges[i + 1]!];
        into.set(bytes.subarray(offset, offset + length), at);
        at += length;
      }
    },
    close: async () => {},
  };
}

export function encodingOf(weight: MemoryWeight | EncodedWeight): Encoding {
  if ("encoding" in weight) return weight.encoding;
  const { type, shape, bytes } = weight;
  const rowBytes = shape.length === 0 ? bytes.length : bytes.length / Math.max(shape[0]!, 1);
  return { type, shape, parts: { data: { dtype: type, shape, rowBytes, bytes: bytes.length } } };
}

/** What the weight means, as f32. */
export function decoded({ encoding, parts }: EncodedWeight): Float32Array {
  const values = new Float32Array(elements(encoding.shape));
  encoding.decode?.(parts, values);
  return values;
}

function missing(name: string): never {
  throw new EngineError("missing-weight", `no weight "${name}" in memory.`);
}
