import { type Encoding, EngineError } from "@engine/core";
import { type GroupedIntegers, groupedIntegers, wordsOf } from "../encodings/grouped-integers.ts";
import { CONVERT_AGAIN } from "../next-step.ts";
import { show } from "../show.ts";

/** Ends of the names of a weight's stored tensors: NAME_packed and so on. */
export const PACKED = "_packed";
const SCALE = "_scale";
const SHAPE = "_shape";
const ZERO = "_zero_point";
const ORDER = "_g_idx";

/** What the reader needs of the file. */
export interface StoredTensors {
  describe(name: string): Encoding | undefined;
  /** All values of a small tensor of whole numbers. */
  integers(name: string): Promise<number[]>;
}

/** One logical weight that is stored in parts. */
export interface PackedWeight {
  readonly encoding: Encoding;
  /** The stored tensor of each part. */
  readonly tensors: Readonly<Record<string, string>>;
  /** Zero points that are packed along axis 0, `perWord` rows to a word; they are unpacked when they are read. */
  readonly zeros?: { readonly perWord: number; readonly groups: number };
  /** All stored tensors it is made of. */
  readonly members: readonly string[];
}

/**
 * Puts the tensors of compressed-tensors' format "pack-quantized" together: 4 or 8 bits, groups or one scale for each
 * row, with or without zero points and activation order. Throws `bad-checkpoint` where they do not fit each other and
 * `unsupported` for other widths.
 */
export async function packedWeight(
  name: string,
  stored: StoredTensors,
  bad: (text: string) => EngineError,
): Promise<PackedWeight> {
  const packed = stored.describe(name + PACKED)!;
  const rows = packed.shape.slice(0, -1);
  const where = `weight ${show(name)}`;
  const sameRows = (shape: readonly number[]) =>
    shape.length === packed.shape.length && rows.every((dim, i) => dim === shape[i]);

  if (packed.type !== "i32" || rows.length === 0)
    throw bad(
      `${where}: its codes must be an i32 matrix, but are ${packed.type} ${show(packed.shape)}. ${CONVERT_AGAIN}`,
    );
  const scale = stored.describe(name + SCALE);
  if (!scale || !stored.describe(name + SHAPE)) {
    const missing = scale ? SHAPE : SCALE;
    throw bad(`${where}: has ${show(name + PACKED)} but no ${show(name + missing)}. ${CONVERT_AGAIN}`);
  }
  const shape = await stored.integers(name + SHAPE);
  const columns = shape.at(-1) ?? 0;
  if (!sameRows(shape) || columns < 1)
    throw bad(
      `${where}: its shape is said to be ${show(shape)}, but its codes are ${show(packed.shape)}. ${CONVERT_AGAIN}`,
    );
  const bits = bitsFor(columns, packed.shape.at(-1)!);
  if (bits === undefined) {
    throw new EngineError(
      "unsupported",
      `${bad("").message.trim()} ${where}: ${packed.shape.at(-1)} words for ${columns} values are neither 4 nor 8 bits for each, and others are not read. Use another quantization of this model.`,
    );
  }
  const groups = scale.shape.at(-1) ?? 0;
  if (!isScaleType(scale.type) || !sameRows(scale.shape) || groups < 1 || columns % groups !== 0)
    throw bad(
      `${where}: scales ${scale.type} ${show(scale.shape)} do not fit the shape ${show(shape)}. ${CONVERT_AGAIN}`,
    );
  const { zero, packedZero } = zeroPoints(name, { stored, rows, groups, bits, bad });
  const order = await readOrder(name, { stored, columns, groups, bad });
  const encoding = groupedIntegers({
    bits,
    shape,
    groups,
    scale: scale.type,
    zero: zero !== undefined,
    order,
  });
  return {
    encoding,
    tensors: { packed: name + PACKED, scale: name + SCALE, ...(zero !== undefined && { zero }) },
    ...(packedZero && { zeros: { perWord: 32 / bits, groups } }),
    members: [PACKED, SCALE, SHAPE, ZERO, ORDER].map((end) => name + end),
  };
}

function isScaleType(type: string): type is GroupedIntegers["scale"] {
  return type === "f16" || type === "bf16" || type === "f32";
}

function bitsFor(columns: number, words: number): 4 | 8 | undefined {
  if (words === wordsOf(columns, 4)) return 4;
  return words === wordsOf(columns, 8) ? 8 : undefined;
}

interface Around {
  readonly stored: StoredTensors;
  readonly groups: number;
  readonly bad: (text: string) => EngineError;
}

/** The tensor of zero points: i8 of the scales' shape, or packed along axis 0 into i32. */
function zeroPoints(
  name: string,
  { stored, rows, groups, bits, bad }: Around & { rows: readonly number[]; bits: number },
): { zero?: string; packedZero?: boolean } {
  const zero = stored.describe(name + ZERO);
  if (!zero) return {};
  const packedRows = wordsOf(rows[0]!, bits);
  const fits = (dtype: string, shape: readonly number[]) =>
    zero.type === dtype &&
    zero.shape.length === shape.length &&
    shape.every((dim, i) => dim === zero.shape[i]);
  if (fits("i8", [...rows, groups])) return { zero: name + ZERO };
  if (rows.length === 1 && fits("i32", [packedRows, groups])) return { zero: name + ZERO, packedZero: true };
  throw bad(
    `weight ${show(name)}: zero points ${zero.type} ${show(zero.shape)} do not fit ${show(rows)} rows of ${groups} groups. ${CONVERT_AGAIN}`,
  );
}

/** The group of each input; undefined where they are in order. */
async function readOrder(
  name: string,
  { stored, columns, groups, bad }: Around & { columns: number },
): Promise<Int32Array | undefined> {
  const stands = stored.describe(name + ORDER);
  if (!stands) return undefined;
  const fits = stands.shape.length === 1 && stands.shape[0] === columns;
  const order = fits ? await stored.integers(name + ORDER) : [];
  // Older writers fill it with -1 where it is not used.
  if (fits && order.every((group) => group === -1)) return undefined;
  if (!fits || !order.every((group) => group >= 0 && group < groups))
    throw bad(
      `weight ${show(name)}: ${show(name + ORDER)} must give one of ${groups} groups for each of ${columns} inputs. ${CONVERT_AGAIN}`,
    );
  const size = columns / groups;
  return order.every((group, i) => group === Math.floor(i / size)) ? undefined : Int32Array.from(order);
}
