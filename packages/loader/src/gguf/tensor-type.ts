import type { BlockType } from "../encodings/block-type.ts";
import { iq4_nl } from "../encodings/iq4-nl.ts";
import { iq4_xs } from "../encodings/iq4-xs.ts";
import { mxfp4 } from "../encodings/mxfp4.ts";
import { q2_k } from "../encodings/q2-k.ts";
import { q3_k } from "../encodings/q3-k.ts";
import { q4_0 } from "../encodings/q4-0.ts";
import { q4_1 } from "../encodings/q4-1.ts";
import { q4_k } from "../encodings/q4-k.ts";
import { q5_0 } from "../encodings/q5-0.ts";
import { q5_1 } from "../encodings/q5-1.ts";
import { q5_k } from "../encodings/q5-k.ts";
import { q6_k } from "../encodings/q6-k.ts";
import { q8_0 } from "../encodings/q8-0.ts";

/** How a tensor of a GGUF file is stored. Plain numbers and types that are only recognised have no decoder. */
export type TensorType = Omit<BlockType, "decode"> & Partial<Pick<BlockType, "decode">>;

const plain = (type: string, bytes: number): TensorType => ({ type, size: 1, bytes });
/** Known by name and size, so that a file which holds some can be looked at. */
const unread = (type: string, bytes: number, size = 256): TensorType => ({ type, size, bytes });

/** By the number the file gives for the type. */
const TYPES: ReadonlyMap<number, TensorType> = new Map([
  [0, plain("f32", 4)],
  [1, plain("f16", 2)],
  [2, q4_0],
  [3, q4_1],
  [6, q5_0],
  [7, q5_1],
  [8, q8_0],
  [9, unread("q8_1", 40, 32)],
  [10, q2_k],
  [11, q3_k],
  [12, q4_k],
  [13, q5_k],
  [14, q6_k],
  [15, unread("q8_k", 292)],
  [16, unread("iq2_xxs", 66)],
  [17, unread("iq2_xs", 74)],
  [18, unread("iq3_xxs", 98)],
  [19, unread("iq1_s", 50)],
  [20, iq4_nl],
  [21, unread("iq3_s", 110)],
  [22, unread("iq2_s", 82)],
  [23, iq4_xs],
  [24, plain("i8", 1)],
  [25, plain("i16", 2)],
  [26, plain("i32", 4)],
  [27, plain("i64", 8)],
  [28, plain("f64", 8)],
  [29, unread("iq1_m", 56)],
  [30, plain("bf16", 2)],
  [34, unread("tq1_0", 54)],
  [35, unread("tq2_0", 66)],
  [39, mxfp4],
  [40, unread("nvfp4", 36, 64)],
  [41, unread("q1_0", 18, 128)],
]);

/** The type with the file's number; undefined for one that is newer than this table. */
export function tensorType(number: number): TensorType | undefined {
  return TYPES.get(number);
}
