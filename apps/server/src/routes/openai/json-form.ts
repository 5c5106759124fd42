import type { AnswerJob } from "../../answers/answer-job.ts";
import type { ToolRules } from "../../answers/tool-rules.ts";
import { unsupported } from "../../errors/api-error.ts";
import type { ChatRequest } from "./chat-schema.ts";

export type ChatFormat = ChatRequest["response_format"];

/** The form of the answer that a request asks for. Throws 400 beside tools: an answer of that form can hold no call. */
export function jsonForm(format: ChatFormat, rules?: ToolRules): Pick<AnswerJob, "json"> {
  if (!format || format.type === "text") return {};
  if (rules?.options.tools?.length) {
    throw unsupported(
      "response_format",
      "A form for the answer and tools in one request are not supported; give one of them.",
    );
  }
  return { json: format.type === "json_schema" ? { schema: format.json_schema.schema } : {} };
}
