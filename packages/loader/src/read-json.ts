import { readFile, stat } from "node:fs/promises";
import { EngineError } from "@engine/core";
import { ioError } from "./io-error.ts";
import { findJsonFault, type JsonRules } from "./json-fault.ts";

export type JsonObject = Readonly<Record<string, unknown>>;

export interface JsonFileOptions extends JsonRules {
  /** Code of the error when the text is no JSON object. */
  readonly code: "bad-config" | "bad-checkpoint";
}

/** Real configs and indices are far smaller; a larger file is no config. */
const MAX_BYTES = 100_000_000;

/** Reads a small JSON file that holds one object; an error gives the line and column at fault. */
export async function readJsonObject(path: string, options: JsonFileOptions): Promise<JsonObject> {
  const text = await readText(path, options.code);
  const fault = findJsonFault(text, options);
  if (fault) {
    const { line, column } = lineAndColumn(text, fault.offset);
    throw new EngineError(
      options.code,
      `${path}:${line}:${column}: not valid JSON: ${fault.what}. Correct the file, or download it again.`,
    );
  }
  const value: unknown = JSON.parse(text);
  if (!isObject(value)) {
    throw new EngineError(
      options.code,
      `${path}: must hold a JSON object, but holds ${kindOf(value)}. Download the file again.`,
    );
  }
  return value;
}

async function readText(path: string, code: "bad-config" | "bad-checkpoint"): Promise<string> {
  let bytes: Buffer;
  try {
    const { size } = await stat(path);
    if (size > MAX_BYTES) {
      throw new EngineError(
        code,
        `${path}: ${size} bytes are too many for a JSON file (limit ${MAX_BYTES}).`,
      );
    }
    bytes = await readFile(path);
  } catch (error) {
    throw EngineError.isInstance(error) ? error : ioError(error, path);
  }
  const text = utf8(bytes);
  if (text === undefined) throw new EngineError(code, `${path}: not UTF-8 text. Download the file again.`);
  // Editors on Windows put a byte order mark in front.
  return text.charCodeAt(0) === 0xfeff ? text.slice(1) : text;
}

/** The text, or undefined when the bytes are not UTF-8. A byte order mark stays. */
export function utf8(bytes: Uint8Array): string | undefined {
  try {
    return new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    return undefined;
  }
}

export function isObject(value: unknown): value is JsonObject {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

export function kindOf(value: unknown): string {
  if (value === undefined) return "missing";
  if (value === null) return "null";
  if (Array.isArray(value)) return "a list";
  return isObject(value) ? "an object" : `a ${typeof value}`;
}

function lineAndColumn(text: string, offset: number): { line: number; column: number } {
  const before = text.slice(0, offset);
  return { line: before.split("\n").length, column: offset - before.lastIndexOf("\n") };
}
