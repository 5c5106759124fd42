import { isObject } from "../json.ts";

/**
 * An argument that was written as bare text, as the value its schema declares: text where a string is declared,
 * otherwise what the text is as JSON, if that is of a declared type (or none is declared), otherwise the text.
 */
export function typedArgument(text: string, schema: unknown): unknown {
  const types = declaredTypes(schema);
  if (types.length > 0 && types.every((type) => type === "string")) return text;
  const value = asJson(text, types);
  if (value === undefined) return text;
  return types.length === 0 || types.some((type) => isOf(type, value)) ? value : text;
}

function declaredTypes(schema: unknown): readonly string[] {
  if (!isObject(schema)) return [];
  const { type } = schema;
  if (typeof type === "string") return [type.toLowerCase()];
  if (Array.isArray(type)) return type.filter((name) => typeof name === "string");
  if (Array.isArray(schema.enum) && schema.enum.every((value) => typeof value === "string"))
    return ["string"];
  const several = schema.anyOf ?? schema.oneOf;
  return Array.isArray(several) ? several.flatMap(declaredTypes) : [];
}

function asJson(text: string, types: readonly string[]): unknown {
  const trimmed = text.trim();
  // Models trained on Python write its constants.
  const python = /^(?:True|False|None)$/.test(trimmed) && types.length > 0;
  const json = python ? { True: "true", False: "false", None: "null" }[trimmed]! : trimmed;
  try {
    return JSON.parse(json);
  } catch {
    return undefined;
  }
}

function isOf(type: string, value: unknown): boolean {
  switch (type) {
    case "number":
      return typeof value === "number";
    case "integer":
      return Number.isInteger(value);
    case "boolean":
      return typeof value === "boolean";
    case "array":
      return Array.isArray(value);
    case "object":
      return isObject(value);
    default:
      return value === null;
  }
}
