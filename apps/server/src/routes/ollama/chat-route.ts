import { z } from "zod";
import { answerForm } from "../../answers/answer-form.ts";
import type { AnswerJob } from "../../answers/answer-job.ts";
import { toolRules } from "../../answers/tool-rules.ts";
import { route } from "../../http/route.ts";
import { parseKeepAlive } from "../keep-alive.ts";
import { jsonFormat } from "../openai/json-format.ts";
import { answerLines, type LineForm } from "./answer-lines.ts";
import { ollama } from "./dialect.ts";
import { loadOnly } from "./load-only.ts";
import { common, formatOf, ollamaOptions } from "./schema.ts";
import { toMessages } from "./to-messages.ts";

const toolCall = z.looseObject({
  function: z.looseObject({ name: z.string(), arguments: z.union([z.looseObject({}), z.string()]) }),
});

export const chatRequest = z.object({
  ...common,
  messages: z
    .array(
      z.object({
        role: z.enum(["system", "user", "assistant", "tool"]),
        content: z.string().nullish(),
        thinking: z.string().nullish(),
        images: z.array(z.string()).nullish(),
        tool_calls: z.array(toolCall).nullish(),
        tool_name: z.string().nullish(),
        tool_call_id: z.string().nullish(),
      }),
    )
    .max(10_000)
    .nullish(),
  tools: z
    .array(z.looseObject({ type: z.string(), function: z.looseObject({ name: z.string().min(1).max(200) }) }))
    .max(256)
    .nullish(),
});

export type ChatRequest = z.infer<typeof chatRequest>;

export const chatRoute = route<ChatRequest>({
  method: "POST",
  path: "/api/chat",
  access: "api",
  summary: "Answers a conversation",
  dialect: ollama,
  body: chatRequest,
  handle(call) {
    const { messages, stream } = call.body;
    if (!messages?.length) return loadOnly(call, { message: { role: "assistant", content: "" } });
    return answerLines(call, { job: chatJob(call.body), form, stream: stream !== false });
  },
});

function chatJob(request: ChatRequest): AnswerJob {
  const rules = toolRules(request.tools ?? [], { choice: { mode: "auto" }, parallel: true });
  return {
    model: request.model,
    prompts: [{ kind: "chat", messages: toMessages(request.messages ?? []) }],
    options: { ...ollamaOptions(request), ...rules.options },
    ...answerForm(jsonFormat(formatOf(request)), rules),
    keepAliveMs: parseKeepAlive(request.keep_alive),
  };
}

const form: LineForm = ({ text, reasoning, toolCalls }) => ({
  message: {
    role: "assistant",
    content: text,
    ...(reasoning !== "" && { thinking: reasoning }),
    ...(toolCalls.length > 0 && {
      tool_calls: toolCalls.map(({ id, name, arguments: args }) => ({
        id,
        function: { name, arguments: args },
      })),
    }),
  },
});
