import { f16ToF32 } from "@engine/core";

const one = new Float32Array(1);
const oneBits = new Uint32Array(one.buffer);
let f16Values: Float32Array | undefined;

/** Bits of the nearest binary16, ties to even; too large becomes infinity. */
export function f16Bits(value: number): number {
  one[0] = value;
  return f16OfBits(oneBits[0]!);
}

/** The same for the bits of an f32. */
function f16OfBits(bits: number): number {
  const sign = (bits >>> 16) & 0x8000;
  const size = bits & 0x7fffffff;
  if (size >= 0x47800000) return sign | (size > 0x7f800000 ? 0x7e00 : 0x7c00);
  if (size < 0x38800000) {
    // Below 2^-14 the steps are 2^-24; adding 1.5 · 2^23 of them rounds to a whole number of steps, ties to even.
    oneBits[0] = size;
    one[0] = one[0]! * 2 ** 24 + 12582912;
    return sign | (oneBits[0]! & 0xffff);
  }
  return sign | ((size + 0xfff + ((size >>> 13) & 1) - 0x38000000) >>> 13);
}

/** Little-endian bytes of f32, f16 or bf16 values as f32. Faster than core's for f16, by a table of all values. */
export function toFloats(type: string, bytes: Uint8Array): Float32Array {
  const aligned = bytes.byteOffset % 4 === 0 ? bytes : bytes.slice();
  if (type === "f32") return new Float32Array(aligned.buffer, aligned.byteOffset, aligned.length >> 2);
  const halves = new Uint16Array(aligned.buffer, aligned.byteOffset, aligned.length >> 1);
  const out = new Float32Array(halves.length);
  if (type === "bf16") {
    const words = new Uint32Array(out.buffer);
    for (let i = 0; i < words.length; i++) words[i] = halves[i]! << 16;
  } else {
    f16Values ??= Float32Array.from({ length: 65536 }, (_, bits) => f16ToF32(bits));
    for (let i = 0; i < out.length; i++) out[i] = f16Values[halves[i]!]!;
  }
  return out;
}

/** f32 values as little-endian bytes of f32, f16 or bf16, rounded to the nearest, ties to even. */
export function fromFloats(type: string, values: Float32Array): Uint8Array {
  if (type === "f32") return new Uint8Array(values.buffer, values.byteOffset, values.byteLength);
  const words = new Uint32Array(values.buffer, values.byteOffset, values.length);
  const halves = new Uint16Array(values.length);
  if (type === "f16") for (let i = 0; i < halves.length; i++) halves[i] = f16OfBits(words[i]!);
  else {
    for (let i = 0; i < halves.length; i++) {
      const bits = words[i]!;
      const isNotANumber = (bits & 0x7fffffff) > 0x7f800000;
      halves[i] = isNotANumber ? 0x7fc0 : (bits + 0x7fff + ((bits >>> 16) & 1)) >>> 16;
    }
  }
  return new Uint8Array(halves.buffer);
}
