import { EngineError } from "@engine/core";
import { CONVERT_AGAIN, COPY_AGAIN } from "../next-step.ts";
import { show } from "../show.ts";
import { HeaderCursor, type HeaderFile } from "./header-cursor.ts";
import { GgufMetadata } from "./metadata.ts";
import { type StoredValue, skipValue } from "./metadata-value.ts";
import { type TensorType, tensorType } from "./tensor-type.ts";

/** A tensor as the header tells it. */
export interface GgufTensor {
  readonly name: string;
  readonly type: TensorType;
  /** Outermost axis first; the file lists them the other way round. */
  readonly shape: readonly number[];
  /** Byte of the file where it begins. */
  readonly offset: number;
  readonly bytes: number;
  /** Bytes of a row along axis 0; of the whole for a single value. */
  readonly rowBytes: number;
}

export interface GgufHeader {
  readonly version: number;
  readonly metadata: GgufMetadata;
  readonly tensors: ReadonlyMap<string, GgufTensor>;
}

const MAX_AXES = 4;
const ALIGNMENT = "general.alignment";

/** Reads and checks the header of a file. Throws `bad-checkpoint` or `unsupported` naming the file and what was met. */
export async function parseGgufHeader(file: HeaderFile): Promise<GgufHeader> {
  const cursor = new HeaderCursor(file);
  await cursor.ahead();
  cursor.take(4, "the file's first word");
  const version = readVersion(cursor);
  const tensorCount = cursor.count("the number of tensors", 24);
  const valueCount = cursor.count("the number of metadata values", 13);

  const stored = new Map<string, StoredValue>();
  for (let i = 0; i < valueCount; i++) {
    await cursor.ahead();
    const key = cursor.name(`metadata key ${i + 1}`);
    if (stored.has(key)) throw cursor.bad(`the metadata key ${show(key)} is given twice.`);
    stored.set(key, await skipValue(cursor, `metadata ${show(key)}`));
  }
  const metadata = new GgufMetadata(file, stored);

  const listed: GgufTensor[] = [];
  const names = new Set<string>();
  for (let i = 0; i < tensorCount; i++) {
    await cursor.ahead();
    const tensor = readTensor(cursor, i);
    if (names.has(tensor.name)) throw cursor.bad(`the tensor ${show(tensor.name)} is listed twice.`);
    names.add(tensor.name);
    listed.push(tensor);
  }
  return { version, metadata, tensors: place(listed, cursor, { metadata, fileBytes: file.bytes }) };
}

function readVersion(cursor: HeaderCursor): number {
  const version = cursor.u32("the version");
  if (version === 2 || version === 3) return version;
  const turned = version >= 2 ** 24 && (version & 0xffff) === 0;
  const met = turned
    ? "is a GGUF file for big-endian machines, which is not read"
    : `has the GGUF version ${version}; 2 and 3 are read`;
  throw new EngineError("unsupported", `${cursor.path}: ${met}. ${CONVERT_AGAIN}`);
}

/** Its offset still counts from the begin of the data. */
function readTensor(cursor: HeaderCursor, index: number): GgufTensor {
  const name = cursor.name(`the name of tensor ${index + 1}`);
  const where = `tensor ${show(name)}`;
  const axes = cursor.u32(`the number of axes of ${where}`);
  if (axes > MAX_AXES) throw cursor.bad(`${where} has ${axes} axes; GGUF knows up to ${MAX_AXES}.`);
  const shape = Array.from({ length: axes }, () => cursor.u64(`a size of ${where}`)).reverse();
  const number = cursor.u32(`the type of ${where}`);
  const type = tensorType(number);
  if (!type) {
    throw cursor.bad(`${where} has the type ${number}, which is not known here.`, "Update the engine.");
  }
  const offset = cursor.u64(`the offset of ${where}`);
  const row = shape.at(-1) ?? 1;
  const size = (row / type.size) * type.bytes * shape.slice(0, -1).reduce((product, dim) => product * dim, 1);
  if (row % type.size !== 0 || !Number.isSafeInteger(size)) {
    throw cursor.bad(
      `${where}: the shape ${show(shape)} of ${type.type} is no possible number of bytes (rows of whole blocks of ${type.size} values).`,
    );
  }
  if (shape.length < 2 && type.size > 1) {
    throw cursor.bad(`${where} is a single row of ${type.type}; only matrices are stored in blocks.`);
  }
  const rows = shape[0] ?? 1;
  const rowBytes = rows === 0 ? 0 : size / rows;
  return { name, type, shape, offset, bytes: size, rowBytes };
}

function place(
  listed: readonly GgufTensor[],
  cursor: HeaderCursor,
  file: { readonly metadata: GgufMetadata; readonly fileBytes: number },
): ReadonlyMap<string, GgufTensor> {
  const alignment = file.metadata.get(ALIGNMENT) ?? 32;
  if (
    typeof alignment !== "number" ||
    !(alignment >= 1 && alignment <= 2 ** 24) ||
    !isPowerOfTwo(alignment)
  ) {
    throw cursor.bad(`${ALIGNMENT} must be a power of two up to 2^24, but is ${show(alignment)}.`);
  }
  const dataBegin = Math.ceil(cursor.position / alignment) * alignment;
  const tensors = new Map<string, GgufTensor>();
  for (const tensor of listed) {
    const where = `tensor ${show(tensor.name)}`;
    if (tensor.offset % alignment !== 0) {
      throw cursor.bad(`${where} begins at byte ${tensor.offset} of the data, no multiple of ${alignment}.`);
    }
    const offset = dataBegin + tensor.offset;
    if (offset + tensor.bytes > file.fileBytes) {
      throw cursor.bad(
        `${where} ends at byte ${offset + tensor.bytes}, but the file holds only ${file.fileBytes}: it was cut short.`,
        COPY_AGAIN,
      );
    }
    tensors.set(tensor.name, { ...tensor, offset });
  }
  refuseOverlap([...tensors.values()], cursor);
  return tensors;
}

function refuseOverlap(tensors: readonly GgufTensor[], cursor: HeaderCursor): void {
  const inOrder = tensors.filter(({ bytes }) => bytes > 0).toSorted((a, b) => a.offset - b.offset);
  inOrder.forEach((tensor, i) => {
    const before = inOrder[i - 1];
    if (!before || before.offset + before.bytes <= tensor.offset) return;
    throw cursor.bad(
      `tensor ${show(tensor.name)} begins at byte ${tensor.offset}, inside ${show(before.name)}, which ends at ${before.offset + before.bytes}.`,
    );
  });
}

function isPowerOfTwo(value: number): boolean {
  return Number.isInteger(Math.log2(value));
}
