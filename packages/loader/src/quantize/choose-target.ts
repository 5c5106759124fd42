import type { Encoding } from "@engine/core";
import type { Target } from "./convert-lines.ts";

/** What weights can be stored as; fp32 is f32 and so on. */
export type QuantType = "int4" | "int8" | "fp16" | "bf16" | "fp32";

export interface TypeChoice {
  /** Of the matrices between the embeddings and the head. */
  readonly type: QuantType;
  /** Values that share a scale; 32. */
  readonly group?: number | undefined;
  /** Of token embeddings; "keep" leaves them as they are, which is also what happens to them with int4 and int8. */
  readonly embeddings?: QuantType | "keep" | undefined;
  /** Of the head, where it is a weight of its own; as `embeddings`. */
  readonly lmHead?: QuantType | "keep" | undefined;
}

export type Role = "matrix" | "embeddings" | "head" | "other";

/** By the ends of names, as all families have them. */
const EMBEDDINGS = /(^|\.)(embed_tokens|embed_tokens_per_layer|word_embeddings|tok_embeddings|wte)\.weight$/;
const HEAD = /(^|\.)(lm_head|output_layer)\.weight$|^output\.weight$/;
/** What steers more than it multiplies, and towers: small, and sensitive. */
const SENSITIVE =
  /norm|router|gate_inp|conv|rotary|position|altup|(^|\.)(gate|shared_expert_gate)\.weight$|(^|[._])(vision|visual|audio|image)[._]|multi_modal|mm_/i;
/** Experts of a layer in one tensor, which has no ".weight". */
const EXPERTS = /(^|\.)experts\.(gate_up_proj|down_proj|gate_proj|up_proj)$/;

export function roleOf(name: string, shape: readonly number[]): Role {
  if (EMBEDDINGS.test(name)) return "embeddings";
  if (HEAD.test(name)) return "head";
  const matrix =
    (shape.length === 2 && name.endsWith(".weight")) || (shape.length === 3 && EXPERTS.test(name));
  return matrix && !SENSITIVE.test(name) ? "matrix" : "other";
}

const FLOATS = { fp16: "f16", bf16: "bf16", fp32: "f32" } as const;
export const DEFAULT_GROUP = 32;

/** What a tensor is written as. Rows that are no whole number of groups stay as they are. */
export function chooseTarget(name: string, encoding: Encoding, choice: TypeChoice): Target {
  const { type, group = DEFAULT_GROUP } = choice;
  const role = roleOf(name, encoding.shape);
  const own = type in FLOATS ? type : "keep";
  const wanted =
    role === "matrix"
      ? type
      : role === "embeddings"
        ? (choice.embeddings ?? own)
        : role === "head"
          ? (choice.lmHead ?? own)
          : own;
  if (wanted === "keep" || !isFloat(encoding)) return kept(encoding);
  if (wanted !== "int4" && wanted !== "int8") {
    const float = FLOATS[wanted];
    return encoding.type === float ? { as: "copy" } : { as: "float", type: float };
  }
  if (encoding.shape.at(-1)! % group !== 0) return kept(encoding);
  return { as: "integers", bits: wanted === "int4" ? 4 : 8, group };
}

/** As it is; what is quantized in the source by other means becomes f16. */
function kept(encoding: Encoding): Target {
  return encoding.decode ? { as: "float", type: "f16" } : { as: "copy" };
}

function isFloat({ type, decode }: Encoding): boolean {
  return decode !== undefined || type === "f32" || type === "f16" || type === "bf16";
}
