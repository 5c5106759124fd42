import type { HeaderCursor } from "./header-cursor.ts";

/** A value of the metadata. Whole numbers beyond 2^53 are decimal text. */
export type GgufValue = string | number | boolean | readonly GgufValue[];

const ARRAY = 9;
const STRING = 8;
const MAX_NESTING = 4;

interface Scalar {
  readonly bytes: number;
  read(bytes: Buffer, at: number): GgufValue;
}

const whole = (value: bigint): GgufValue =>
  Number.isSafeInteger(Number(value)) ? Number(value) : String(value);

/** Values of a fixed size, by the format's number for their type. */
const SCALARS: ReadonlyMap<number, Scalar> = new Map<number, Scalar>([
  [0, { bytes: 1, read: (bytes, at) => bytes.readUInt8(at) }],
  [1, { bytes: 1, read: (bytes, at) => bytes.readInt8(at) }],
  [2, { bytes: 2, read: (bytes, at) => bytes.readUInt16LE(at) }],
  [3, { bytes: 2, read: (bytes, at) => bytes.readInt16LE(at) }],
  [4, { bytes: 4, read: (bytes, at) => bytes.readUInt32LE(at) }],
  [5, { bytes: 4, read: (bytes, at) => bytes.readInt32LE(at) }],
  [6, { bytes: 4, read: (bytes, at) => bytes.readFloatLE(at) }],
  [7, { bytes: 1, read: (bytes, at) => bytes.readUInt8(at) !== 0 }],
  [10, { bytes: 8, read: (bytes, at) => whole(bytes.readBigUInt64LE(at)) }],
  [11, { bytes: 8, read: (bytes, at) => whole(bytes.readBigInt64LE(at)) }],
  [12, { bytes: 8, read: (bytes, at) => bytes.readDoubleLE(at) }],
]);

/** Where a value lies in the header. It is made only when asked for: vocabularies are large. */
export interface StoredValue {
  readonly type: number;
  readonly begin: number;
  /** Of an array. */
  readonly element?: number;
  readonly count?: number;
}

/** Checks one value against the file's size and moves past it. Throws `bad-checkpoint`. */
export function skipValue(cursor: HeaderCursor, what: string): StoredValue {
  const type = cursor.u32(`the type of ${what}`);
  const begin = cursor.position;
  if (type !== ARRAY) {
    skip(cursor, type, what, 0);
    return { type, begin };
  }
  const { element, count } = arrayHead(cursor, what);
  skipItems(cursor, { element, count }, what, 1);
  return { type, begin, element, count };
}

function skip(cursor: HeaderCursor, type: number, what: string, depth: number): void {
  const scalar = SCALARS.get(type);
  if (scalar) cursor.take(scalar.bytes, what);
  else if (type === STRING) cursor.string(what);
  else if (type !== ARRAY) throw cursor.bad(`${what} has the type ${type}, which GGUF does not know.`);
  else if (depth >= MAX_NESTING) throw cursor.bad(`${what} nests lists deeper than ${MAX_NESTING} levels.`);
  else skipItems(cursor, arrayHead(cursor, what), what, depth + 1);
}

interface ArrayHead {
  readonly element: number;
  readonly count: number;
}

function arrayHead(cursor: HeaderCursor, what: string): ArrayHead {
  const element = cursor.u32(`the type of the items of ${what}`);
  // A string takes at least its length, a list its type and length.
  const least = SCALARS.get(element)?.bytes ?? (element === ARRAY ? 12 : 8);
  return { element, count: cursor.count(`the number of items of ${what}`, least) };
}

function skipItems(cursor: HeaderCursor, { element, count }: ArrayHead, what: string, depth: number): void {
  const scalar = SCALARS.get(element);
  if (scalar) cursor.take(scalar.bytes * count, what);
  else if (element === STRING) cursor.skipStrings(count, what);
  else for (let i = 0; i < count; i++) skip(cursor, element, what, depth);
}

/** Makes a value that was checked before. */
export function readValue(bytes: Buffer, { type, begin }: StoredValue): GgufValue {
  return readAt(bytes, type, { at: begin });
}

function readAt(bytes: Buffer, type: number, place: { at: number }): GgufValue {
  const scalar = SCALARS.get(type);
  if (scalar) {
    const value = scalar.read(bytes, place.at);
    place.at += scalar.bytes;
    return value;
  }
  if (type === STRING) {
    const begin = place.at + 8;
    place.at = begin + Number(bytes.readBigUInt64LE(place.at));
    return bytes.toString("utf8", begin, place.at);
  }
  const element = bytes.readUInt32LE(place.at);
  const count = Number(bytes.readBigUInt64LE(place.at + 4));
  place.at += 12;
  return Array.from({ length: count }, () => readAt(bytes, element, place));
}
