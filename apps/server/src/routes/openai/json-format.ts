import type { AskedForm } from "../../answers/answer-job.ts";
import type { ChatRequest } from "./chat-schema.ts";

export type ChatFormat = ChatRequest["response_format"];

/** The JSON that a request asks for; undefined where it asks for text. */
export function jsonFormat(format: ChatFormat): AskedForm | undefined {
  if (!format || format.type === "text") return undefined;
  return { kind: "json", ...(format.type === "json_schema" && { schema: format.json_schema.schema }) };
}
