import { decodeFloats, type EncodedPart, type Encoding } from "@engine/core";

export interface GroupedIntegers {
  readonly bits: 4 | 8;
  /** Of the logical weight; its last axis is the input's. */
  readonly shape: readonly number[];
  /** Groups along the last axis; each row has a scale for each. They divide the axis evenly. */
  readonly groups: number;
  readonly scale: "f16" | "bf16" | "f32";
  /** Whether each group has a zero point too: part "zero", i8 of the scales' shape. */
  readonly zero: boolean;
  /** Which group each input belongs to, where they do not follow one another. */
  readonly order?: Int32Array | undefined;
}

/** Devices have kernels for groups of whole runs of so many inputs. */
const RUN = 32;

/**
 * Whole numbers of `bits` bits around the middle of their range, the lowest bits of an i32 word first; every row begins
 * with a new word. value = scale · (code − 2^(bits − 1) − zero). This is how compressed-tensors packs.
 *
 * The type is "int4" or "int8" for what devices have kernels for: no zero points, inputs in order, groups of a multiple
 * of 32, 16-bit scales. All else is "int4_general" or "int8_general".
 */
export function groupedIntegers(layout: GroupedIntegers): Encoding {
  const { bits, shape, groups, scale, zero, order } = layout;
  const columns = shape.at(-1)!;
  const words = wordsOf(columns, bits);
  const group = columns / groups;
  const isPlain = !zero && order === undefined && scale !== "f32" && group % RUN === 0;
  const parts: Record<string, EncodedPart> = {
    packed: part("i32", [...shape.slice(0, -1), words], 4),
    scale: part(scale, [...shape.slice(0, -1), groups], scale === "f32" ? 4 : 2),
  };
  if (zero) parts.zero = part("i8", [...shape.slice(0, -1), groups], 1);
  return {
    type: isPlain ? `int${bits}` : `int${bits}_general`,
    shape,
    parts,
    attrs: { group },
    decode: (bytes, into) => decode(bytes, into, { ...layout, words, group, columns }),
  };
}

/** Words of one row. */
export function wordsOf(columns: number, bits: number): number {
  return Math.ceil((columns * bits) / 32);
}

function part(dtype: string, shape: readonly number[], size: number): EncodedPart {
  const rowBytes = shape.slice(1).reduce((product, dim) => product * dim, size);
  return { dtype, shape, rowBytes, bytes: rowBytes * shape[0]! };
}

function decode(
  { packed, scale, zero }: Readonly<Record<string, Uint8Array>>,
  into: Float32Array,
  layout: GroupedIntegers & { readonly words: number; readonly group: number; readonly columns: number },
): void {
  const { bits, groups, order, words, group, columns } = layout;
  const scales = decodeFloats(layout.scale, scale!);
  const middle = 2 ** (bits - 1);
  const rows = into.length / columns;
  for (let row = 0; row < rows; row++) {
    const from = row * words * 4;
    for (let i = 0; i < columns; i++) {
      const at = row * groups + (order ? order[i]! : Math.floor(i / group));
      const code = bits === 8 ? packed![from + i]! : (packed![from + (i >> 1)]! >> ((i & 1) * 4)) & 15;
      const origin = zero ? middle + ((zero[at]! << 24) >> 24) : middle;
      into[row * columns + i] = scales[at]! * (code - origin);
    }
  }
}
