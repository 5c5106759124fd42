const view = new DataView(new ArrayBuffer(4));

/** IEEE 754 binary16 bits to their exact value. */
export function f16ToF32(bits: number): number {
  const sign = bits & 0x8000 ? -1 : 1;
  const exponent = (bits >> 10) & 31;
  const fraction = bits & 1023;
  if (exponent === 0) return sign * fraction * 2 ** -24;
  if (exponent === 31) return fraction ? Number.NaN : sign * Number.POSITIVE_INFINITY;
  return sign * (1 + fraction / 1024) * 2 ** (exponent - 15);
}

/** Rounds to the nearest binary16, ties to even; too large becomes infinity. */
export function f32ToF16(value: number): number {
  if (Number.isNaN(value)) return 0x7e00;
  const sign = value < 0 || Object.is(value, -0) ? 0x8000 : 0;
  const size = Math.abs(value);
  if (size >= 65520) return sign | 0x7c00;
  if (size < 2 ** -14) return sign | roundEven(size * 2 ** 24);
  let exponent = Math.floor(Math.log2(size));
  if (size < 2 ** exponent) exponent--;
  else if (size >= 2 ** (exponent + 1)) exponent++;
  // A fraction that rounds up to 1024 carries into the exponent by itself.
  return sign | (((exponent + 15) << 10) + roundEven((size / 2 ** exponent - 1) * 1024));
}

export function bf16ToF32(bits: number): number {
  view.setUint32(0, bits << 16);
  return view.getFloat32(0);
}

/** Rounds an f32 to the nearest bfloat16, ties to even. */
export function f32ToBf16(value: number): number {
  if (Number.isNaN(value)) return 0x7fc0;
  view.setFloat32(0, value);
  const bits = view.getUint32(0);
  return (bits + 0x7fff + ((bits >>> 16) & 1)) >>> 16;
}

function roundEven(value: number): number {
  const floor = Math.floor(value);
  const rest = value - floor;
  return rest > 0.5 || (rest === 0.5 && floor % 2 === 1) ? floor + 1 : floor;
}

/** Little-endian bytes of f32, f16 or bf16 values as f32; the bytes need no alignment. */
export function decodeFloats(type: string, bytes: Uint8Array): Float32Array {
  // Typed arrays are little-endian wherever Node runs; copying first gives them their alignment.
  if (type === "f32") return new Float32Array(bytes.slice().buffer);
  const data = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const out = new Float32Array(bytes.length >> 1);
  if (type === "bf16") {
    const words = new Uint32Array(out.buffer);
    for (let i = 0; i < out.length; i++) words[i] = data.getUint16(2 * i, true) << 16;
  } else if (type === "f16") {
    for (let i = 0; i < out.length; i++) out[i] = f16ToF32(data.getUint16(2 * i, true));
  } else {
    throw new RangeError(`"${type}" is not a float type`);
  }
  return out;
}

/** Values as little-endian bytes of f32, f16 or bf16. */
export function encodeFloats(type: string, values: Float32Array): Uint8Array {
  const bytes = new Uint8Array(values.length * (type === "f32" ? 4 : 2));
  const data = new DataView(bytes.buffer);
  for (let i = 0; i < values.length; i++) {
    const value = values[i]!;
    if (type === "f32") data.setFloat32(4 * i, value, true);
    else data.setUint16(2 * i, type === "f16" ? f32ToF16(value) : f32ToBf16(value), true);
  }
  return bytes;
}

/** The value after a round trip through a storage type. */
export function roundTo(type: string, value: number): number {
  if (type === "f16") return f16ToF32(f32ToF16(value));
  if (type === "bf16") return bf16ToF32(f32ToBf16(value));
  return value;
}
