import { ApiError } from "../errors/api-error.ts";
import type { AnswerForm, AnswerJob, AskedForm } from "./answer-job.ts";
import type { ToolRules } from "./tool-rules.ts";

/** What an answer is held to: a call where one is required, the form that is asked for, strict tools. Throws 400. */
export function answerForm(
  asked: AskedForm | undefined,
  { options, required, strict }: Partial<ToolRules> = {},
): Pick<AnswerJob, "form"> {
  const tools = options?.tools ?? [];
  const form = (otherwise: (AnswerForm & { kind: "call" })["otherwise"]) => ({
    form: { kind: "call" as const, tools, otherwise },
  });
  if (tools.length === 0) return asked ? { form: asked } : {};
  if (asked && asked.kind !== "json") {
    throw new ApiError(
      400,
      `'structured_outputs' (${asked.kind}) and 'tools': an answer held to such a form can be no call. Leave one of them out, set 'tool_choice' to "none", or ask for JSON.`,
      { param: "structured_outputs", code: "invalid_value" },
    );
  }
  if (required) return form(undefined);
  if (asked) return form({ schema: asked.schema ?? { type: "object", additionalProperties: true } });
  return strict ? form("text") : {};
}
