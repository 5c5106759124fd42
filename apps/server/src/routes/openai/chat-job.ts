import { answerForm } from "../../answers/answer-form.ts";
import type { AnswerJob } from "../../answers/answer-job.ts";
import { toolRules } from "../../answers/tool-rules.ts";
import { unsupported } from "../../errors/api-error.ts";
import { parseKeepAlive } from "../keep-alive.ts";
import type { ChatRequest } from "./chat-schema.ts";
import { samplingOptions, told } from "./sampling-schema.ts";
import { askedForm } from "./structured-outputs.ts";
import { toMessages } from "./to-messages.ts";

/** What the model is to do for a chat completion. Throws 400 for what is known but cannot be done here. */
export function chatJob(request: ChatRequest): AnswerJob {
  refuse(request);
  const { tools, tool_choice, parallel_tool_calls, chat_template_kwargs, reasoning_effort } = request;
  const effort = reasoning_effort ?? undefined;
  const rules = toolRules(tools ?? [], {
    choice: choiceOf(tool_choice),
    parallel: parallel_tool_calls !== false,
  });
  return {
    model: request.model ?? undefined,
    prompts: [{ kind: "chat", messages: toMessages(request.messages), plain: request.plain_chat === true }],
    options: {
      ...samplingOptions(request),
      ...rules.options,
      ...told({
        maxTokens: request.max_completion_tokens ?? request.max_tokens,
        thinking: request.thinking ?? (effort === undefined ? undefined : effort !== "none"),
        thoughtBudget: request.thought_budget,
      }),
      ...(request.logprobs && { logprobs: request.top_logprobs ?? 0 }),
      variables: {
        ...(effort && effort !== "none" && { reasoning_effort: effort }),
        ...chat_template_kwargs,
      },
    },
    ...(request.n && { count: request.n }),
    ...(rules.maxCalls !== undefined && { maxCalls: rules.maxCalls }),
    ...answerForm(askedForm(request), rules),
    keepAliveMs: parseKeepAlive(request.keep_alive),
  };
}

function choiceOf(choice: ChatRequest["tool_choice"]) {
  if (!choice || typeof choice === "string") return { mode: choice ?? "auto" } as const;
  if (choice.type === "function") return { mode: "required", names: [choice.function.name] } as const;
  const { mode, tools } = choice.allowed_tools;
  return { mode, names: tools.map((tool) => tool.function.name) } as const;
}

function refuse({ tools, ...request }: ChatRequest): void {
  for (const [param, instead] of [
    ["functions", "Use 'tools'"],
    ["function_call", "Use 'tool_choice'"],
    ["audio", "Models here answer in text"],
    ["web_search_options", "There is no search here; give the model a tool"],
    ["grammar", "Use 'structured_outputs', whose 'grammar' is EBNF"],
  ] as const) {
    if (request[param] !== undefined && request[param] !== null)
      throw unsupported(param, `'${param}' is not supported. ${instead}.`);
  }
  if (request.modalities?.some((one) => one !== "text"))
    throw unsupported("modalities", "Models here answer in text only.");
  const odd = tools?.findIndex((tool) => tool.type !== "function" || !tool.function) ?? -1;
  if (odd >= 0)
    throw unsupported(`tools[${odd}].type`, `tools[${odd}]: only tools of type 'function' are supported.`);
}
