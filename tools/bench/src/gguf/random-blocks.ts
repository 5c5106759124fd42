import { tensorType } from "@engine/loader";

/** GGUF's numbers of types, and where in a block f16 scales stand that must be small. */
export const TYPES = {
  f32: { number: 0, halves: [] },
  f16: { number: 1, halves: [] },
  q4_0: { number: 2, halves: [0] },
  q8_0: { number: 8, halves: [0] },
  q4_k: { number: 12, halves: [0, 2] },
  q6_k: { number: 14, halves: [208] },
  bf16: { number: 30, halves: [] },
} as const;
export type TypeName = keyof typeof TYPES;

/** Random bytes that tensors take theirs from, at shifting places: a multiple of every block. */
const POOL_BLOCKS = 65536;

export const blockOf = (type: TypeName): { readonly size: number; readonly bytes: number } =>
  tensorType(TYPES[type].number)!;

/** Blocks of random codes; scales between 2^-9 and 2^-7 of either sign. Floats are of that size too. */
function pool(type: TypeName): Buffer {
  const { bytes } = blockOf(type);
  const data = Buffer.alloc(POOL_BLOCKS * bytes);
  let state = 0x9e3779b9;
  for (let i = 0; i < data.length; i++) {
    state = Math.imul(state ^ (state >>> 15), 0x2c1b3c6d) + 0x6d2b79f5;
    data[i] = state >>> 24;
  }
  const small = type === "bf16" ? 0x3b : type === "f16" ? 0x20 : 0x18;
  const halves = bytes === 2 ? [0] : TYPES[type].halves;
  for (let block = 0; block < data.length; block += bytes)
    for (const at of halves) data[block + at + 1] = small | (data[block + at + 1]! & 0x83);
  return data;
}

/** Pieces of random blocks that make up tensors one after the other; no two begin at the same place soon. */
export function randomBlocks(): (type: TypeName, bytes: number) => Iterable<Buffer> {
  const pools = new Map<TypeName, Buffer>();
  let shift = 0;
  return function* (type, length) {
    const random = pools.get(type) ?? pool(type);
    pools.set(type, random);
    for (let at = 0; at < length; ) {
      const from = (shift * blockOf(type).bytes) % random.length;
      const n = Math.min(length - at, random.length - from);
      yield random.subarray(from, from + n);
      at += n;
      shift = (shift + 1021) % POOL_BLOCKS;
    }
  };
}
