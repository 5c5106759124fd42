import { elements } from "@engine/core";
import { blockDecoder, groupedIntegers, tensorType } from "@engine/loader";
import type { EncodedWeight } from "./memory-source.ts";
import { randomValues } from "./random.ts";

/** Block types of GGUF files by their number there, and where in a block its f16 numbers stand. */
const BLOCKS: Readonly<Record<string, { readonly number: number; readonly halves: readonly number[] }>> = {
  q4_0: { number: 2, halves: [0] },
  q4_1: { number: 3, halves: [0, 2] },
  q5_0: { number: 6, halves: [0] },
  q5_1: { number: 7, halves: [0, 2] },
  q8_0: { number: 8, halves: [0] },
  q2_k: { number: 10, halves: [80, 82] },
  q3_k: { number: 11, halves: [108] },
  q4_k: { number: 12, halves: [0, 2] },
  q5_k: { number: 13, halves: [0, 2] },
  q6_k: { number: 14, halves: [208] },
  iq4_nl: { number: 20, halves: [0] },
  iq4_xs: { number: 23, halves: [0] },
  mxfp4: { number: 39, halves: [] },
};

/** Whole numbers with a scale for each group: bits, inputs of a group, type of the scale. */
const GROUPED = {
  "int4, groups of 32": [4, 32, "f16"],
  "int4, groups of 64": [4, 64, "bf16"],
  "int8, groups of 32": [8, 32, "bf16"],
  "int8, groups of 96": [8, 96, "f16"],
} as const;

/** Every quantized type that the project's files may hold, and the fewest inputs a row of it has. */
export const ENCODED_TYPES: ReadonlyMap<string, number> = new Map([
  ...Object.entries(BLOCKS).map(([type, { number }]) => [type, tensorType(number)!.size] as const),
  ...Object.entries(GROUPED).map(([type, [, group]]) => [type, group] as const),
]);

/** A weight of random codes and small scales of both signs, always the same. */
export function encodedWeight(type: string, shape: readonly number[]): EncodedWeight {
  const grouped = GROUPED[type as keyof typeof GROUPED];
  return grouped ? groupedWeight(grouped, shape) : blocksWeight(type, shape);
}

function blocksWeight(name: string, shape: readonly number[]): EncodedWeight {
  const { number, halves } = BLOCKS[name]!;
  const { type, size, bytes, decode } = tensorType(number)!;
  const rowBytes = (elements(shape.slice(1)) / size) * bytes;
  const data = randomBytes(`${name} ${shape}`, rowBytes * shape[0]!);
  for (let block = 0; block < data.length; block += bytes) {
    for (const at of halves) data[block + at + 1] = smallHalf(data[block + at + 1]!);
    if (halves.length === 0) data[block] = 118 + (data[block]! & 7);
  }
  const part = { dtype: "u8", shape: [shape[0]!, rowBytes], rowBytes, bytes: data.length };
  return {
    encoding: {
      type,
      shape,
      parts: { data: part },
      decode: blockDecoder({ type, size, bytes, decode: decode! }),
    },
    parts: { data },
  };
}

function groupedWeight(
  [bits, group, scale]: (typeof GROUPED)[keyof typeof GROUPED],
  shape: readonly number[],
): EncodedWeight {
  const groups = shape.at(-1)! / group;
  const encoding = groupedIntegers({ bits, shape, groups, scale, zero: false });
  const parts: Record<string, Uint8Array> = {};
  for (const [name, { bytes }] of Object.entries(encoding.parts))
    parts[name] = randomBytes(`${bits} ${group} ${name} ${shape}`, bytes);
  const scales = parts.scale!;
  for (let i = 1; i < scales.length; i += 2)
    scales[i] = scale === "f16" ? smallHalf(scales[i]!) : 0x3b | (scales[i]! & 0x80);
  return { encoding, parts };
}

/** The high byte of a number from 2^-9 to 2^-7, of either sign. */
function smallHalf(byte: number): number {
  return 0x18 | (byte & 0x87);
}

function randomBytes(seed: string, count: number): Uint8Array {
  const values = randomValues(seed, count, { from: 0, to: 256, positive: true });
  return Uint8Array.from(values, (value) => Math.min(255, Math.floor(value)));
}
