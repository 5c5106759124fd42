import type { XgrammarProgram } from "./load-xgrammar.ts";

/** Whitespace between two parts of JSON: room for lines and indents, and an end to a model that writes nothing else. */
export const MOST_WHITESPACE = 8;

/**
 * A structural tag's format with its JSON schemas as grammars, in which whitespace is bounded: xgrammar's own reading
 * of them inside structural tags leaves it free.
 */
export async function boundedJson(api: XgrammarProgram["api"], format: unknown): Promise<unknown> {
  if (typeof format !== "object" || format === null) return format;
  if (Array.isArray(format)) return Promise.all(format.map((part) => boundedJson(api, part)));
  if ("json_schema" in format && "type" in format && format.type === "json_schema") {
    const { Testings } = api;
    const text = JSON.stringify(format.json_schema);
    const grammar = await Testings._jsonSchemaToEBNF(text, true, undefined, undefined, true, MOST_WHITESPACE);
    return { type: "grammar", grammar };
  }
  const members = Object.entries(format).map(async ([key, value]) => [key, await boundedJson(api, value)]);
  return Object.fromEntries(await Promise.all(members));
}
