import { EngineError } from "@engine/core";

export interface Tool {
  readonly name: string;
  /** JSON schema of its arguments, an object. */
  readonly parameters: JsonSchema;
}

export type JsonSchema = Readonly<Record<string, unknown>>;

export function isObject(value: unknown): value is JsonSchema {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** From `{ type: "function", function: { name, parameters } }`, or the inner object alone. Throws `bad-option`. */
export function toolOf(tool: unknown): Tool {
  const { name, parameters } = isObject(tool) ? (isObject(tool.function) ? tool.function : tool) : {};
  if (typeof name !== "string" || name === "")
    throw new EngineError("bad-option", "A tool has no name, so no call of it can be asked for; name it.");
  // Without a schema a function has no parameters, as OpenAI reads it.
  return { name, parameters: isObject(parameters) ? parameters : { type: "object", properties: {} } };
}
