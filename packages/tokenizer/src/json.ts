import { EngineError } from "@engine/core";

/** A JSON object whose members are not known yet. */
export type JsonObject = Readonly<Record<string, unknown>>;

export function isObject(value: unknown): value is JsonObject {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** Parses the text of a tokenizer file; `where` is the path that the error names. */
export function parseJson(text: string, where: string): JsonObject {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new EngineError(
      "bad-tokenizer",
      `${where} is not valid JSON (${reason}). It may be cut short or a Git LFS pointer; download it again.`,
      { cause },
    );
  }
  if (!isObject(value)) {
    throw new EngineError(
      "bad-tokenizer",
      `${where} holds no JSON object at its top level; download it again.`,
    );
  }
  return value;
}
