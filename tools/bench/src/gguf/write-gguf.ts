import { type FileHandle, open } from "node:fs/promises";
import { blockOf, randomBlocks, TYPES, type TypeName } from "./random-blocks.ts";
import { f32, type GgufValue, text, textBytes, u32, u64 } from "./values.ts";

export interface GgufTensor {
  readonly name: string;
  /** Outermost axis first. */
  readonly shape: readonly number[];
  readonly type: TypeName;
  /** Of a small f32 tensor: its numbers, else ones. */
  readonly values?: readonly number[];
}

export interface GgufModel {
  /** llama.cpp's name of the family. */
  readonly architecture: string;
  /** Keys of the family, without its name before them. */
  readonly own: Readonly<Record<string, GgufValue>>;
  readonly tensors: readonly GgufTensor[];
}

const ALIGNMENT = 32;

function bytesOf({ shape, type }: GgufTensor): number {
  const { size, bytes } = blockOf(type);
  return (shape.reduce((product, dim) => product * dim, 1) / size) * bytes;
}

/** Writes a model with random weights. `more` is metadata under full names. */
export async function writeGguf(
  path: string,
  { architecture, own, tensors }: GgufModel,
  more: Readonly<Record<string, GgufValue>>,
): Promise<void> {
  const metadata = Object.entries({
    "general.architecture": text(architecture),
    ...Object.fromEntries(Object.entries(own).map(([key, value]) => [`${architecture}.${key}`, value])),
    ...more,
  });
  let offset = 0;
  const infos = tensors.map((tensor) => {
    const { name, shape, type } = tensor;
    const head = [textBytes(name), u32(shape.length)[1], ...shape.toReversed().map(u64)];
    const info = Buffer.concat([...head, u32(TYPES[type].number)[1], u64(offset)]);
    offset += Math.ceil(bytesOf(tensor) / ALIGNMENT) * ALIGNMENT;
    return info;
  });
  const header = Buffer.concat([
    Buffer.from("GGUF"),
    u32(3)[1],
    u64(tensors.length),
    u64(metadata.length),
    ...metadata.flatMap(([key, [type, bytes]]) => [textBytes(key), u32(type)[1], bytes]),
    ...infos,
  ]);
  const file = await open(path, "w");
  try {
    await file.write(Buffer.concat([header, Buffer.alloc(-header.length & (ALIGNMENT - 1))]));
    await writeTensors(file, tensors);
  } finally {
    await file.close();
  }
}

async function writeTensors(file: FileHandle, tensors: readonly GgufTensor[]): Promise<void> {
  const random = randomBlocks();
  for (const tensor of tensors) {
    const length = bytesOf(tensor);
    if (tensor.type === "f32") {
      const values = tensor.values ?? new Array<number>(length / 4).fill(1);
      await file.write(Buffer.concat(values.map((value) => f32(value)[1])));
    } else {
      for (const piece of random(tensor.type, length)) await file.write(piece);
    }
    await file.write(Buffer.alloc(-length & (ALIGNMENT - 1)));
  }
}
