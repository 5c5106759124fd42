/** A value of a GGUF file's metadata, with the number of its type before it. */
export type GgufValue = readonly [type: number, bytes: Buffer];

export const u32 = (value: number): GgufValue => [4, fixed(4, (bytes) => bytes.writeUInt32LE(value))];
export const f32 = (value: number): GgufValue => [6, fixed(4, (bytes) => bytes.writeFloatLE(value))];
export const bool = (value: boolean): GgufValue => [7, Buffer.from([Number(value)])];
export const text = (value: string): GgufValue => [8, textBytes(value)];

export function list<T>(items: readonly T[], of: (item: T) => GgufValue): GgufValue {
  const values = items.map(of);
  return [
    9,
    Buffer.concat([u32(values[0]?.[0] ?? 4)[1], u64(values.length), ...values.map(([, bytes]) => bytes)]),
  ];
}

export const u64 = (value: number): Buffer => fixed(8, (bytes) => bytes.writeBigUInt64LE(BigInt(value)));
export const textBytes = (value: string): Buffer =>
  Buffer.concat([u64(Buffer.byteLength(value)), Buffer.from(value)]);

function fixed(size: number, write: (bytes: Buffer) => void): Buffer {
  const bytes = Buffer.alloc(size);
  write(bytes);
  return bytes;
}
