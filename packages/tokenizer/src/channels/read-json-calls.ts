import { isObject } from "../json.ts";
import type { WrittenCall } from "./tool-call.ts";

/**
 * `{"name": …, "arguments": {…}}`, or a list of such; Llama calls the arguments "parameters", Cohere the name
 * "tool_name" too. Undefined where it is anything else.
 */
export function readJsonCalls(body: string): readonly WrittenCall[] | undefined {
  const value = parsed(body);
  const calls = (Array.isArray(value) ? value : [value]).map(callOf);
  return calls.length > 0 && calls.every((call) => call !== undefined) ? calls : undefined;
}

/** `[{NAME: {…}}]`; undefined where it is anything else. */
export function readKeyedCalls(body: string): readonly WrittenCall[] | undefined {
  const value = parsed(body);
  if (!Array.isArray(value) || value.length === 0) return undefined;
  const calls = value.flatMap((item: unknown): readonly WrittenCall[] => {
    const [entry, ...more] = isObject(item) ? Object.entries(item) : [];
    return entry && more.length === 0 && isObject(entry[1]) ? [{ name: entry[0], arguments: entry[1] }] : [];
  });
  return calls.length === value.length ? calls : undefined;
}

/** The JSON object a text is, or undefined. */
export function readArguments(text: string): Readonly<Record<string, unknown>> | undefined {
  const value = parsed(text);
  return isObject(value) ? value : undefined;
}

function callOf(value: unknown): WrittenCall | undefined {
  if (!isObject(value)) return undefined;
  const call = isObject(value.function) ? value.function : value;
  const { tool_name, name = tool_name, arguments: args = {}, parameters = args } = call;
  // OpenAI's own form holds the arguments as JSON in a string.
  const object = typeof parameters === "string" ? readArguments(parameters) : parameters;
  if (typeof name !== "string" || name === "" || !isObject(object)) return undefined;
  const id = typeof value.id === "string" && value.id !== "" ? { id: value.id } : {};
  return { ...id, name, arguments: object };
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
