import { type Encoding, EngineError, encodeFloats, type WeightSource } from "@engine/core";

/** One weight of a `memorySource`, in a float type. */
export interface MemoryWeight {
  readonly type: "f32" | "f16" | "bf16";
  readonly shape: readonly number[];
  /** Little-endian, row-major. */
  readonly bytes: Uint8Array;
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
export function memorySource(weights: Readonly<Record<string, MemoryWeight>>): WeightSource {
  return {
    id: "memory",
    names: () => Object.keys(weights),
    describe: (name) => (weights[name] ? encodingOf(weights[name]) : undefined),
    extent: () => undefined,
    async read(name, _, ranges, into) {
      const { bytes } = weights[name] ?? missing(name);
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

export function encodingOf({ type, shape, bytes }: MemoryWeight): Encoding {
  const rowBytes = shape.length === 0 ? bytes.length : bytes.length / Math.max(shape[0]!, 1);
  return { type, shape, parts: { data: { dtype: type, shape, rowBytes, bytes: bytes.length } } };
}

function missing(name: string): never {
  throw new EngineError("missing-weight", `no weight "${name}" in memory.`);
}
