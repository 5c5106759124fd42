import { isObject, type JsonObject } from "../json.ts";

/** A call a model asks for. */
export interface ToolCall {
  /** The model's own where it gives one, else nine letters and digits (the only form Mistral's templates take). */
  readonly id: string;
  readonly name: string;
  readonly arguments: Readonly<Record<string, unknown>>;
}

/** A call as it was written. */
export interface WrittenCall {
  readonly id?: string;
  readonly name: string;
  readonly arguments: Readonly<Record<string, unknown>>;
}

/** What the parser needs of the tools that were given: names, and the declared types of their arguments. */
export type ToolSchemas = ReadonlyMap<string, Readonly<Record<string, unknown>>>;

/** From `{ type: "function", function: { name, parameters } }`, or the inner object alone. Others are left out. */
export function toolSchemas(tools: readonly unknown[]): ToolSchemas {
  const schemas = new Map<string, JsonObject>();
  for (const tool of tools) {
    if (!isObject(tool)) continue;
    const { name, parameters } = isObject(tool.function) ? tool.function : tool;
    if (typeof name !== "string" || name === "") continue;
    const properties = isObject(parameters) ? parameters.properties : undefined;
    schemas.set(name, isObject(properties) ? properties : {});
  }
  return schemas;
}

const ALPHABET = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";

export function newCallId(): string {
  const words = crypto.getRandomValues(new Uint32Array(9));
  return Array.from(words, (word) => ALPHABET[word % ALPHABET.length]).join("");
}
