import { EngineError } from "./error.ts";
import { decodeFloats } from "./numeric/float16.ts";
import { elements } from "./shape.ts";
import type { Encoding, WeightSource } from "./weights.ts";

const FLOAT_BYTES: Readonly<Record<string, number>> = { f32: 4, f16: 2, bf16: 2 };

/** Whether rows of the weight can be read as numbers at all. */
export function isReadable({ type, decode }: Encoding): boolean {
  return decode !== undefined || type in FLOAT_BYTES;
}

/**
 * Rows `begin` to `end` (axis 0) of a stored weight as f32 [end - begin, …shape[1:]], whatever they are stored as.
 * Throws `unsupported` for a type without a meaning.
 */
export async function readRows(
  source: Pick<WeightSource, "read">,
  name: string,
  encoding: Encoding,
  rows: { readonly begin: number; readonly end: number },
  signal?: AbortSignal,
): Promise<Float32Array> {
  if (!isReadable(encoding))
    throw new EngineError(
      "unsupported",
      `weight "${name}" is stored as ${encoding.type}, which nothing here can read as numbers.`,
    );
  const count = rows.end - rows.begin;
  const parts: Record<string, Uint8Array> = {};
  for (const [part, { rowBytes }] of Object.entries(encoding.parts)) {
    const bytes = new Uint8Array(count * rowBytes);
    await source.read(name, part, Float64Array.of(rows.begin * rowBytes, bytes.length), bytes, signal);
    parts[part] = bytes;
  }
  if (!encoding.decode) return decodeFloats(encoding.type, parts.data!);
  const into = new Float32Array(count * elements(encoding.shape.slice(1)));
  encoding.decode(parts, into);
  return into;
}
