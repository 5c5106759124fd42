import type { HeaderCursor } from "./header-cursor.ts";

/** A value of the metadata. Whole numbers beyond 2^53 are decimal text. */
export type GgufValue = string | number | boolean | readonly GgufValue[];

const ARRAY = 9;
const STRING = 8;
const MAX_NESTING = 4;

interface Scalar {
  readonly bytes: number;
  read(bytes: Buffer, at: number): GgufValue;
  /** The array whose items are stored likewise. */
  readonly array?: NumberArray;
}

type NumberArray = new (bytes: ArrayBufferLike, at: number, count: number) => ArrayLike<number>;

const whole = (value: bigint): GgufValue =>
  Number.isSafeInteger(Number(value)) ? Number(value) : String(value);

/** Values of a fixed size, by the format's number for their type. */
const SCALARS: ReadonlyMap<number, Scalar> = new Map<number, Scalar>([
  [0, { bytes: 1, array: Uint8Array, read: (bytes, at) => bytes.readUInt8(at) }],
  [1, { bytes: 1, array: Int8Array, read: (bytes, at) => bytes.readInt8(at) }],
  [2, { bytes: 2, array: Uint16Array, read: (bytes, at) => bytes.readUInt16LE(at) }],
  [3, { bytes: 2, array: Int16Array, read: (bytes, at) => bytes.readInt16LE(at) }],
  [4, { bytes: 4, array: Uint32Array, read: (bytes, at) => bytes.readUInt32LE(at) }],
  [5, { bytes: 4, array: Int32Array, read: (bytes, at) => bytes.readInt32LE(at) }],
  [6, { bytes: 4, array: Float32Array, read: (bytes, at) => bytes.readFloatLE(at) }],
  [7, { bytes: 1, read: (bytes, at) => bytes.readUInt8(at) !== 0 }],
  [10, { bytes: 8, read: (bytes, at) => whole(bytes.readBigUInt64LE(at)) }],
  [11, { bytes: 8, read: (bytes, at) => whole(bytes.readBigInt64LE(at)) }],
  [12, { bytes: 8, array: Float64Array, read: (bytes, at) => bytes.readDoubleLE(at) }],
]);

/** Where a value lies in the file. It is made only when asked for: vocabularies are large. */
export interface StoredValue {
  readonly type: number;
  readonly begin: number;
  readonly end: number;
  /** Of an array. */
  readonly element?: number;
  readonly count?: number;
}

/** Checks one value against the file's size and moves past it. Throws `bad-checkpoint`. */
export async function skipValue(cursor: HeaderCursor, what: string): Promise<StoredValue> {
  const type = cursor.u32(`the type of ${what}`);
  const begin = cursor.position;
  if (type !== ARRAY) {
    await skip(cursor, type, what, 0);
    return { type, begin, end: cursor.position };
  }
  const { element, count } = arrayHead(cursor, what);
  await skipItems(cursor, { element, count }, what, 1);
  return { type, begin, end: cursor.position, element, count };
}

async function skip(cursor: HeaderCursor, type: number, what: string, depth: number): Promise<void> {
  const scalar = SCALARS.get(type);
  if (scalar) cursor.take(scalar.bytes, what);
  else if (type === STRING) cursor.string(what);
  else if (type !== ARRAY) throw cursor.bad(`${what} has the type ${type}, which GGUF does not know.`);
  else if (depth >= MAX_NESTING) throw cursor.bad(`${what} nests lists deeper than ${MAX_NESTING} levels.`);
  else await skipItems(cursor, arrayHead(cursor, what), what, depth + 1);
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

async function skipItems(
  cursor: HeaderCursor,
  { element, count }: ArrayHead,
  what: string,
  depth: number,
): Promise<void> {
  const scalar = SCALARS.get(element);
  if (scalar) cursor.take(scalar.bytes * count, what);
  else if (element === STRING) await cursor.skipStrings(count, what);
  else {
    for (let i = 0; i < count; i++) {
      await cursor.ahead();
      await skip(cursor, element, what, depth);
    }
  }
}

/** The scalar that a list's items are; undefined for texts and lists. */
export function scalarOf(element: number | undefined): Scalar | undefined {
  return element === undefined ? undefined : SCALARS.get(element);
}

export function isText(element: number | undefined): boolean {
  return element === STRING;
}

/** Makes a value from its bytes. Throws RangeError where they do not hold it: the file was changed since it was checked. */
export function readValue(bytes: Buffer, { type }: StoredValue): GgufValue {
  return readAt(bytes, type, { at: 0 });
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
  // No room is made for a count before its items are there.
  const items: GgufValue[] = [];
  while (items.length < count) items.push(readAt(bytes, element, place));
  return items;
}
