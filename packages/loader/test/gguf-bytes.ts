/** Bytes of a GGUF file, right or wrong, for tests. */

type Value =
  | [type: "u32" | "f32" | "bool" | "string", value: number | boolean | string]
  | ["strings", string[]];

export interface GgufParts {
  readonly version?: number;
  readonly metadata?: Readonly<Record<string, Value>>;
  /** Sizes innermost first, as the format has them. */
  readonly tensors?: readonly {
    readonly name: string;
    readonly sizes: readonly number[];
    readonly type: number;
    readonly offset: number;
  }[];
  readonly tensorCount?: number;
  readonly valueCount?: number;
  readonly data?: Uint8Array;
}

export const u32 = (value: number): Buffer => {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32LE(value);
  return bytes;
};
export const u64 = (value: number | bigint): Buffer => {
  const bytes = Buffer.alloc(8);
  bytes.writeBigUInt64LE(BigInt(value));
  return bytes;
};
export const text = (value: string): Buffer =>
  Buffer.concat([u64(Buffer.byteLength(value)), Buffer.from(value)]);

function valueBytes([type, value]: Value): Buffer {
  if (type === "u32") return Buffer.concat([u32(4), u32(value as number)]);
  if (type === "bool") return Buffer.concat([u32(7), Buffer.of(value ? 1 : 0)]);
  if (type === "string") return Buffer.concat([u32(8), text(value as string)]);
  if (type === "strings")
    return Buffer.concat([u32(9), u32(8), u64((value as string[]).length), ...(value as string[]).map(text)]);
  const bytes = Buffer.alloc(4);
  bytes.writeFloatLE(value as number);
  return Buffer.concat([u32(6), bytes]);
}

export function ggufBytes(parts: GgufParts): Buffer {
  const { version = 3, metadata = {}, tensors = [], data = new Uint8Array(0) } = parts;
  const header = Buffer.concat([
    Buffer.from("GGUF"),
    u32(version),
    u64(parts.tensorCount ?? tensors.length),
    u64(parts.valueCount ?? Object.keys(metadata).length),
    ...Object.entries(metadata).flatMap(([key, value]) => [text(key), valueBytes(value)]),
    ...tensors.flatMap(({ name, sizes, type, offset }) => [
      text(name),
      u32(sizes.length),
      ...sizes.map(u64),
      u32(type),
      u64(offset),
    ]),
  ]);
  return Buffer.concat([header, Buffer.alloc((32 - (header.length % 32)) % 32), data]);
}

/** Two weights and all kinds of metadata; 96 bytes of data. */
export const SOUND: GgufParts = {
  metadata: {
    "general.architecture": ["string", "toy"],
    "toy.block_count": ["u32", 2],
    "toy.eps": ["f32", 0.5],
    "toy.tied": ["bool", true],
    "toy.tokens": ["strings", ["a", "bé", ""]],
  },
  tensors: [
    { name: "blk.0.norm.weight", sizes: [8], type: 0, offset: 0 },
    { name: "blk.0.up.weight", sizes: [32, 3], type: 2, offset: 32 },
  ],
  data: Uint8Array.from({ length: 32 + 54 }, (_, i) => i),
};
