import { readFileSync } from "node:fs";
import type { TokenizerMetadata } from "../src/index.ts";

const STRING = 8;
const LIST = 9;
const SIZES: Readonly<Record<number, number>> = {
  0: 1,
  1: 1,
  2: 2,
  3: 2,
  4: 4,
  5: 4,
  6: 4,
  7: 1,
  10: 8,
  11: 8,
  12: 8,
};

/** The metadata of a sound GGUF file; the package itself opens no such files, the loader does. */
export function readMetadata(path: string): ReadonlyMap<string, unknown> {
  const bytes = readFileSync(path);
  let at = 16;
  const take = (length: number): number => {
    at += length;
    return at - length;
  };
  const u32 = (): number => bytes.readUInt32LE(take(4));
  const u64 = (): number => Number(bytes.readBigUInt64LE(take(8)));
  const text = (): string => {
    const length = u64();
    const begin = take(length);
    return bytes.toString("utf8", begin, begin + length);
  };
  const value = (type: number): unknown => {
    if (type === STRING) return text();
    if (type === LIST) {
      const item = u32();
      return Array.from({ length: u64() }, () => value(item));
    }
    const size = SIZES[type]!;
    const begin = take(size);
    if (type === 7) return bytes[begin] !== 0;
    if (type === 6) return bytes.readFloatLE(begin);
    return type === 5 ? bytes.readInt32LE(begin) : bytes.readUIntLE(begin, Math.min(size, 6));
  };
  const count = u64();
  return new Map(Array.from({ length: count }, () => [text(), value(u32())] as const));
}

/** Metadata with these values, whose lists are stored as a file stores them. */
export function metadataOf(values: ReadonlyMap<string, unknown>): TokenizerMetadata {
  const listOf = (key: string, type: string): unknown[] | undefined => {
    const list = values.get(key);
    return Array.isArray(list) && list.every((item) => typeof item === type) ? list : undefined;
  };
  return {
    get: (key) => values.get(key),
    texts(key) {
      const texts = listOf(key, "string")?.map((text) => Buffer.from(text as string));
      if (!texts) return undefined;
      const sized = texts.flatMap((text) => {
        const length = Buffer.alloc(8);
        length.writeBigUInt64LE(BigInt(text.length));
        return [length, text];
      });
      return { count: texts.length, bytes: Buffer.concat(sized) };
    },
    numbers(key) {
      const numbers = listOf(key, "number");
      return numbers && Float64Array.from(numbers as number[]);
    },
  };
}
