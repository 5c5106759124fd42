import { EngineError, elements, type WeightUse } from "@engine/core";
import type { Native } from "./native.ts";

/** Outputs of a panel: what kernels multiply side by side (native/quantized.h). */
export const PANEL = 16;

/** How a weight in blocks of integers and scales is stored, for a type with kernels. */
export interface BlocksLayout {
  /** Of the native table of storage types. */
  readonly code: number;
  /** Rows of the last axis; all axes before it. */
  readonly rows: number;
  readonly depth: number;
  /** Inputs that share a scale, where the type leaves that open; else 0. */
  readonly group: number;
  readonly parts: readonly { readonly name: string; readonly rowBytes: number; readonly bytes: number }[];
  readonly panelBytes: number;
}

/** Ops that read a weight in blocks. */
const READERS = new Set(["matmul", "gather", "expert-matmul"]);
const PARTS: Readonly<Record<string, readonly string[]>> = {
  int4: ["packed", "scale"],
  int8: ["packed", "scale"],
};

/** Undefined where the kernels do not read the weight as it is stored: it is decoded to f32 then. */
export function blocksLayout(native: Native, use: WeightUse): BlocksLayout | undefined {
  const { name, encoding } = use;
  const { type, shape, attrs } = encoding;
  const depth = shape.at(-1) ?? 0;
  const names = PARTS[type] ?? ["data"];
  const known = (type: string): boolean => native.layout(nameOf(type, "f16"), 256, 32) !== undefined;
  const read = use.readers.every(
    ({ op, types }) =>
      READERS.has(op.name) && (op.name !== "expert-matmul" || types.slice(2).every((type) => known(type))),
  );
  const same =
    names.every((part) => part in encoding.parts) && Object.keys(encoding.parts).length === names.length;
  if (shape.length < 2 || !read || !same) return undefined;
  const group = attrs?.group ?? 0;
  const found = native.layout(nameOf(type, encoding.parts.scale?.dtype), depth, group);
  if (!found) return undefined;
  const rows = elements(shape.slice(0, -1));
  const parts = names.map((part, i) => ({
    name: part,
    rowBytes: found.rowBytes[i]!,
    bytes: encoding.parts[part]!.bytes,
  }));
  for (const part of parts) {
    if (part.bytes !== rows * part.rowBytes)
      throw new EngineError(
        "bad-checkpoint",
        `weight "${name}": part "${part.name}" has ${part.bytes} bytes, but ${type} [${shape.join(", ")}] takes ${rows * part.rowBytes}.`,
      );
  }
  return { code: found.code, rows, depth, group, parts, panelBytes: found.panelBytes };
}

/** The native name: types whose scales may be of two float types are two. */
function nameOf(type: string, scale: string | undefined): string {
  if (!(type in PARTS) || scale === "f16") return type;
  return `${type} ${scale}`;
}

export function bytesInPanels({ rows, panelBytes }: BlocksLayout): number {
  return Math.ceil(rows / PANEL) * panelBytes;
}
