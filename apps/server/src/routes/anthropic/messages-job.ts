import type { ChatOptions } from "@engine/auto";
import { answerForm } from "../../answers/answer-form.ts";
import type { AnswerJob } from "../../answers/answer-job.ts";
import { type ToolChoice, type ToolRules, toolRules } from "../../answers/tool-rules.ts";
import { unsupported } from "../../errors/api-error.ts";
import { type ChatFormat, jsonFormat } from "../openai/json-format.ts";
import { told } from "../openai/sampling-schema.ts";
import type { CountRequest, MessagesRequest } from "./messages-schema.ts";
import { toMessages } from "./to-messages.ts";

/** What the model is to do for a message. Throws 400 for what cannot be done here. */
export function messagesJob(request: MessagesRequest): AnswerJob {
  if (request.mcp_servers?.length)
    throw unsupported("mcp_servers", "'mcp_servers' is not supported; give 'tools'.");
  if (request.container) throw unsupported("container", "'container' is not supported.");
  const { temperature, top_p, top_k, stop_sequences, max_tokens } = request;
  const rules = rulesOf(request);
  const sampling = told({ temperature, topP: top_p, topK: top_k, stop: stop_sequences });
  return {
    model: request.model,
    prompts: [{ kind: "chat", messages: toMessages(request) }],
    options: { ...sampling, ...rules.options, ...thinkingOf(request), maxTokens: max_tokens },
    ...answerForm(jsonFormat(formatOf(request)), rules),
    ...(rules.maxCalls !== undefined && { maxCalls: rules.maxCalls }),
  };
}

function formatOf({ output_config }: MessagesRequest): ChatFormat {
  const format = output_config?.format;
  if (!format) return undefined;
  if (format.type === "json_schema" && format.schema) {
    return { type: "json_schema", json_schema: { schema: format.schema } };
  }
  throw unsupported("output_config.format", "'output_config.format' is not supported but for JSON schemas.");
}

/** What shapes the prompt of a conversation. */
export function promptOptions(
  request: CountRequest,
): Pick<ChatOptions, "tools" | "thinking" | "thoughtBudget"> {
  return { ...rulesOf(request).options, ...thinkingOf(request) };
}

function rulesOf({ tools, tool_choice }: CountRequest): ToolRules {
  const odd = tools?.findIndex((tool) => (tool.type ?? "custom") !== "custom") ?? -1;
  if (odd >= 0)
    throw unsupported(`tools[${odd}].type`, `tools[${odd}]: only tools of your own are supported.`);
  const parallel = !(
    tool_choice &&
    "disable_parallel_tool_use" in tool_choice &&
    tool_choice.disable_parallel_tool_use
  );
  return toolRules((tools ?? []).map(chatTool), { choice: choiceOf(tool_choice), parallel });
}

function chatTool({ name, description, input_schema, strict }: NonNullable<CountRequest["tools"]>[number]) {
  return { type: "function", function: { name, ...told({ description, parameters: input_schema, strict }) } };
}

function choiceOf(choice: CountRequest["tool_choice"]): ToolChoice {
  if (!choice || choice.type === "auto") return { mode: "auto" };
  if (choice.type === "none") return { mode: "none" };
  return { mode: "required", ...(choice.type === "tool" && { names: [choice.name] }) };
}

function thinkingOf({ thinking }: CountRequest): Pick<ChatOptions, "thinking" | "thoughtBudget"> {
  if (!thinking) return {};
  if (thinking.type === "enabled") return { thinking: true, thoughtBudget: thinking.budget_tokens };
  return { thinking: thinking.type === "adaptive" };
}
