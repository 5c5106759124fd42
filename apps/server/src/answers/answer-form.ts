import type { AnswerForm, AnswerJob, JsonSchema } from "./answer-job.ts";
import type { ToolRules } from "./tool-rules.ts";

/** What an answer is held to: a call where one is required, the form that is asked for, strict tools. */
export function answerForm(
  json: { readonly schema?: JsonSchema } | undefined,
  { options, required, strict }: Partial<ToolRules> = {},
): Pick<AnswerJob, "form"> {
  const tools = options?.tools ?? [];
  const form = (otherwise: (AnswerForm & { kind: "call" })["otherwise"]) => ({
    form: { kind: "call" as const, tools, otherwise },
  });
  if (tools.length === 0) return json ? { form: { kind: "json", ...json } } : {};
  if (required) return form(undefined);
  if (json) return form({ schema: json.schema ?? { type: "object", additionalProperties: true } });
  return strict ? form("text") : {};
}
