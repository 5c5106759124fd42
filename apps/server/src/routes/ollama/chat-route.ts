import { answerForm } from "../../answers/answer-form.ts";
import type { AnswerJob } from "../../answers/answer-job.ts";
import { toolRules } from "../../answers/tool-rules.ts";
import { route } from "../../http/route.ts";
import { parseKeepAlive } from "../keep-alive.ts";
import { jsonFormat } from "../openai/json-format.ts";
import { answerLines, type LineForm } from "./answer-lines.ts";
import { type ChatRequest, chatRequest } from "./chat-schema.ts";
import { ollama } from "./dialect.ts";
import { loadOnly } from "./load-only.ts";
import { formatOf, ollamaOptions } from "./schema.ts";
import { toMessages } from "./to-messages.ts";

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
