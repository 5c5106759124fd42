import { EngineError } from "@engine/core";
import { findJsonFault } from "./json-fault.ts";
import { CONVERT_AGAIN } from "./next-step.ts";
import { isObject, kindOf } from "./read-json.ts";
import { bitsOf, isWhole, sizeOf } from "./safetensors-dtype.ts";
import { checkLayout } from "./safetensors-layout.ts";
import { show } from "./show.ts";
import type { StoredTensor } from "./stored-tensor.ts";

export interface SafetensorsHeader {
  readonly tensors: ReadonlyMap<string, StoredTensor>;
  readonly metadata: Readonly<Record<string, string>>;
}

export const METADATA = "__metadata__";

/**
 * Reads and checks a header: every tensor by itself, then that together they cover the `dataBytes` after it
 * exactly once. Throws `bad-checkpoint` naming the file, the tensor and what was met.
 */
export function parseHeader(text: string, dataBytes: number, path: string): SafetensorsHeader {
  if (text === "") throw bad(path, "the header is empty.");
  if (text[0] !== "{") throw bad(path, `the header begins with ${show(text.slice(0, 8))}, not with "{".`);
  const fault = findJsonFault(text, { duplicateKeys: "refuse" });
  if (fault) throw bad(path, `the header is not valid: ${fault.what} (character ${fault.offset}).`);
  const json: unknown = JSON.parse(text);
  if (!isObject(json)) throw bad(path, `the header holds ${kindOf(json)}, not an object.`);

  const tensors = new Map<string, StoredTensor>();
  let metadata: Readonly<Record<string, string>> = {};
  for (const [name, value] of Object.entries(json)) {
    if (name === METADATA) metadata = parseMetadata(value, path);
    else tensors.set(name, parseTensor(name, value, path));
  }
  checkLayout([...tensors.values()], dataBytes, path);
  return { tensors, metadata };
}

function parseTensor(name: string, value: unknown, path: string): StoredTensor {
  const where = `tensor ${show(name)}`;
  if (!isObject(value)) throw bad(path, `${where}: described by ${kindOf(value)}, not by an object.`);
  const { dtype, shape, data_offsets: offsets } = value;

  const bits =
    typeof dtype === "string" && dtype === dtype.toUpperCase() ? bitsOf(dtype.toLowerCase()) : undefined;
  if (bits === undefined) throw bad(path, `${where}: unknown dtype ${show(dtype)}.`);
  if (!Array.isArray(shape) || !shape.every(isWhole)) {
    throw bad(
      path,
      `${where}: the shape must be a list of whole numbers from 0 to 2^53 - 1, but is ${show(shape)}.`,
    );
  }
  if (!Array.isArray(offsets) || offsets.length !== 2 || !offsets.every(isWhole)) {
    throw bad(
      path,
      `${where}: data_offsets must be two whole numbers from 0 to 2^53 - 1, but is ${show(offsets)}.`,
    );
  }
  const [begin, end] = offsets as [number, number];
  if (end < begin) throw bad(path, `${where}: data_offsets end at ${end}, before they begin at ${begin}.`);

  const size = sizeOf(shape as number[], bits);
  if (!size)
    throw bad(path, `${where}: the shape ${show(shape)} of ${dtype} is no possible number of bytes.`);
  if (size.bytes !== end - begin) {
    throw bad(
      path,
      `${where}: shape ${show(shape)} of ${dtype} takes ${size.bytes} bytes, but data_offsets [${begin}, ${end}] hold ${end - begin}.`,
    );
  }
  // JSON can hold -0, which is no size.
  const dims = (shape as number[]).map((dim) => dim + 0);
  return { name, dtype: (dtype as string).toLowerCase(), shape: dims, begin, ...size };
}

function parseMetadata(value: unknown, path: string): Readonly<Record<string, string>> {
  if (isObject(value)) {
    const wrong = Object.entries(value).find(([, text]) => typeof text !== "string");
    if (!wrong) return value as Readonly<Record<string, string>>;
    throw bad(path, `${METADATA} must map names to strings, but ${show(wrong[0])} is ${kindOf(wrong[1])}.`);
  }
  throw bad(path, `${METADATA} must be an object of strings, but is ${kindOf(value)}.`);
}

function bad(path: string, text: string): EngineError {
  return new EngineError("bad-checkpoint", `${path}: ${text} ${CONVERT_AGAIN}`);
}
