import { EngineError } from "@engine/core";
import { bitsOf, sizeOf } from "./safetensors-dtype.ts";
import { METADATA } from "./safetensors-header.ts";
import { show } from "./show.ts";

/** Of disks, and pages of memory: reads past the page cache begin and end at their borders. */
export const SECTOR = 4096;

export interface WriteOptions {
  /** Strings for the header's `__metadata__`. */
  readonly metadata?: Readonly<Record<string, string>>;
  /** Tensors of whole sectors (4096 bytes) come first, in the order given, and each begins at one. */
  readonly sectors?: boolean;
}

export interface TensorSpec {
  readonly name: string;
  /** "f32", "f16", "bf16", "i32", "u8", …: the format's dtypes in lower case. */
  readonly dtype: string;
  readonly shape: readonly number[];
}

export interface PlannedTensor extends TensorSpec {
  /** Byte of the file where its data begins. */
  readonly offset: number;
  readonly bytes: number;
}

/**
 * The header of a file and where each tensor goes. Wide dtypes come first and the header is padded to 8
 * bytes, so that every tensor is aligned to its element and can be used in place when the file is mapped.
 * `sectors`: tensors of whole disk sectors come first instead, in the order given, each at the beginning of one.
 */
export function layOut(
  path: string,
  specs: Iterable<TensorSpec>,
  { metadata, sectors = false }: WriteOptions = {},
): { header: Uint8Array; planned: ReadonlyMap<string, PlannedTensor> } {
  const sized = [...specs].map((spec) => ({ spec, ...measure(path, spec) }));
  const ragged = ({ bytes }: { readonly bytes: number }): boolean => sectors && bytes % SECTOR !== 0;
  const whole = sectors ? sized.filter((one) => !ragged(one)) : [];
  const rest = sized.filter((one) => !sectors || ragged(one)).sort((a, b) => b.bits - a.bits);
  const entries: [string, unknown][] = metadata ? [[METADATA, metadata]] : [];
  const planned = new Map<string, PlannedTensor>();
  let at = 0;
  for (const { spec, bytes } of [...whole, ...rest]) {
    const { name, dtype, shape } = spec;
    if (planned.has(name)) throw bad(path, `tensor ${show(name)} is given twice.`);
    entries.push([name, { dtype: dtype.toUpperCase(), shape, data_offsets: [at, at + bytes] }]);
    planned.set(name, { name, dtype, shape, offset: at, bytes });
    at += bytes;
  }
  // Written entry by entry: an object would drop a tensor named "__proto__".
  const text = `{${entries.map(([key, value]) => `${JSON.stringify(key)}:${JSON.stringify(value)}`).join()}}`;
  const json = Buffer.from(text);
  const unit = sectors ? SECTOR : 8;
  const header = Buffer.alloc(Math.ceil((8 + json.length) / unit) * unit, " ");
  header.writeBigUInt64LE(BigInt(header.length - 8));
  json.copy(header, 8);
  for (const [name, tensor] of planned)
    planned.set(name, { ...tensor, offset: header.length + tensor.offset });
  return { header, planned };
}

function measure(path: string, { name, dtype, shape }: TensorSpec): { bits: number; bytes: number } {
  if (name === METADATA) throw bad(path, `a tensor cannot be named ${METADATA}.`);
  const bits = bitsOf(dtype);
  if (bits === undefined) throw bad(path, `tensor ${show(name)}: unknown dtype ${show(dtype)}.`);
  const size = sizeOf(shape, bits);
  if (!size)
    throw bad(
      path,
      `tensor ${show(name)}: the shape ${show(shape)} of ${dtype} is no possible number of bytes.`,
    );
  return { bits, bytes: size.bytes };
}

function bad(path: string, text: string): EngineError {
  return new EngineError("bad-option", `${path}: ${text}`);
}
