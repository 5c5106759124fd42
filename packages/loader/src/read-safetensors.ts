import { decodeFloats } from "@engine/core";
import { openSafetensors } from "./open-safetensors.ts";
import type { SafetensorsSource } from "./safetensors-source.ts";

/** A tensor in memory. f16 and bf16 arrive as f32; types JavaScript has no array for arrive as their bytes. */
export interface ReadTensor {
  /** As stored. */
  readonly dtype: string;
  readonly shape: readonly number[];
  readonly data: Float32Array | Float64Array | Int32Array | BigInt64Array | Uint8Array;
}

/** Reads a whole checkpoint into memory: for goldens, tests and small files. Errors as `openSafetensors`. */
export async function readSafetensors(from: string | readonly string[]): Promise<Map<string, ReadTensor>> {
  const source = await openSafetensors(from);
  try {
    const out = new Map<string, ReadTensor>();
    for (const name of source.names()) out.set(name, await readTensor(source, name));
    return out;
  } finally {
    await source.close();
  }
}

async function readTensor(source: SafetensorsSource, name: string): Promise<ReadTensor> {
  const { type: dtype, shape, parts } = source.describe(name)!;
  const bytes = new Uint8Array(parts.data!.bytes);
  await source.read(name, "data", Float64Array.of(0, bytes.length), bytes);
  return { dtype, shape, data: decode(dtype, bytes) };
}

function decode(dtype: string, bytes: Uint8Array): ReadTensor["data"] {
  switch (dtype) {
    case "f16":
    case "bf16":
      return decodeFloats(dtype, bytes);
    case "f32":
      return new Float32Array(bytes.buffer);
    case "f64":
      return new Float64Array(bytes.buffer);
    case "i32":
      return new Int32Array(bytes.buffer);
    case "i64":
      return new BigInt64Array(bytes.buffer);
    default:
      return bytes;
  }
}
