import type { RoundGroups } from "@engine/core";
import { fromFloats, toFloats } from "./float-bits.ts";

/** What a tensor is written as. */
export type Target =
  /** Its bytes as they are. */
  | { readonly as: "copy" }
  | { readonly as: "float"; readonly type: "f32" | "f16" | "bf16" }
  | { readonly as: "integers"; readonly bits: 4 | 8; readonly group: number };

/** Some lines of a tensor, as they can be handed to another thread. */
export interface Lines {
  /** f32, f16 or bf16 little-endian, whole lines. */
  readonly type: string;
  readonly bytes: Uint8Array;
  /** Values of one line. */
  readonly columns: number;
  readonly target: Exclude<Target, { as: "copy" }>;
  readonly importance?: Float32Array | undefined;
}

/** By the end of the name they are written under: "" or "_packed" and "_scale". */
export interface Converted {
  readonly parts: Readonly<Record<string, Uint8Array>>;
  /** Where a value is no finite number, or becomes none in the new type. */
  readonly fault?: "not-finite" | "too-large";
}

export function convertLines(
  { type, bytes, columns, target, importance }: Lines,
  roundGroups: RoundGroups,
): Converted {
  const values = toFloats(type, bytes);
  const before = allFinite(values);
  if (target.as === "float") {
    const out = fromFloats(target.type, values);
    // Infinities of the source stay what they are.
    const grew = before && target.type !== "f32" && !allFinite(toFloats(target.type, out));
    return { parts: { "": out }, ...(grew && { fault: "too-large" as const }) };
  }
  if (!before) return { parts: {}, fault: "not-finite" };
  const { packed, scale } = roundGroups(values, { ...target, columns, importance });
  return { parts: { _packed: packed, _scale: new Uint8Array(scale.buffer) } };
}

function allFinite(values: Float32Array): boolean {
  // A sum is only finite when all its terms are; f32 values cannot overflow a double.
  let sum = 0;
  for (let i = 0; i < values.length; i++) sum += values[i]! - values[i]!;
  return sum === 0;
}
