import { answerForm } from "../../answers/answer-form.ts";
import type { AnswerJob } from "../../answers/answer-job.ts";
import { type ToolChoice, toolRules } from "../../answers/tool-rules.ts";
import { unsupported } from "../../errors/api-error.ts";
import { parseKeepAlive } from "../keep-alive.ts";
import type { ChatRequest } from "./chat-schema.ts";
import { inputMessages } from "./input-messages.ts";
import type { ResponsesRequest } from "./responses-schema.ts";
import { samplingOptions, told } from "./sampling-schema.ts";
import { askedForm } from "./structured-outputs.ts";

/** What the model is to do for a response. Throws 400 for what cannot be done here. */
export function responsesJob(request: ResponsesRequest): AnswerJob {
  refuse(request);
  const { tools, reasoning, input, instructions } = request;
  const effort = reasoning?.effort ?? undefined;
  const rules = toolRules((tools ?? []).map(chatTool), {
    choice: choiceOf(request.tool_choice),
    parallel: request.parallel_tool_calls !== false,
  });
  return {
    model: request.model ?? undefined,
    prompts: [{ kind: "chat", messages: inputMessages(input, instructions ?? undefined) }],
    options: {
      ...samplingOptions(request),
      ...rules.options,
      ...told({
        overflow: request.truncation === "auto" ? { policy: "sliding" as const } : undefined,
        maxTokens: request.max_output_tokens,
        thinking: effort === undefined ? undefined : effort !== "none",
      }),
      ...(effort && effort !== "none" && { variables: { reasoning_effort: effort } }),
    },
    ...(rules.maxCalls !== undefined && { maxCalls: rules.maxCalls }),
    ...answerForm(askedForm({ ...request, response_format: formatOf(request) }), rules),
    keepAliveMs: parseKeepAlive(request.keep_alive),
  };
}

function refuse({ tools, ...request }: ResponsesRequest): void {
  for (const [param, why] of [
    ["previous_response_id", "This server keeps no responses; send the whole conversation as 'input'"],
    ["conversation", "This server keeps no conversations; send the whole one as 'input'"],
    ["prompt", "There are no stored prompts here; use 'instructions' and 'input'"],
  ] as const) {
    if (request[param] !== undefined && request[param] !== null)
      throw unsupported(param, `'${param}': ${why}.`);
  }
  if (request.background) throw unsupported("background", "'background' is not supported; use 'stream'.");
  if (request.top_logprobs) throw unsupported("top_logprobs", "'top_logprobs' is not supported yet.");
  const odd = tools?.findIndex((tool) => tool.type !== "function" || tool.name === undefined) ?? -1;
  if (odd >= 0)
    throw unsupported(`tools[${odd}].type`, `tools[${odd}]: only tools of type 'function' are supported.`);
}

/** `text.format` holds what `response_format.json_schema` does in a chat. */
function formatOf({ text }: ResponsesRequest): ChatRequest["response_format"] {
  const { type = "text", schema } = text?.format ?? {};
  if (type === "text" || type === "json_object") return { type };
  if (type === "json_schema" && schema) return { type, json_schema: { schema } };
  throw unsupported("text.format", `'text.format' of type '${type.slice(0, 50)}' is not supported.`);
}

function chatTool({ name, description, parameters, strict }: NonNullable<ResponsesRequest["tools"]>[number]) {
  return { type: "function", function: { name, ...told({ description, parameters, strict }) } };
}

function choiceOf(choice: ResponsesRequest["tool_choice"]): ToolChoice {
  if (!choice || typeof choice === "string") return { mode: choice ?? "auto" };
  if (choice.type === "function" && choice.name !== undefined)
    return { mode: "required", names: [choice.name] };
  throw unsupported("tool_choice", `'tool_choice' of type '${choice.type.slice(0, 50)}' is not supported.`);
}
