import { z } from "zod";
import { answerForm } from "../../answers/answer-form.ts";
import type { AnswerJob, Prompt } from "../../answers/answer-job.ts";
import { unsupported } from "../../errors/api-error.ts";
import { route } from "../../http/route.ts";
import { parseKeepAlive } from "../keep-alive.ts";
import { jsonFormat } from "../openai/json-format.ts";
import { answerLines, type LineForm } from "./answer-lines.ts";
import { ollama } from "./dialect.ts";
import { loadOnly } from "./load-only.ts";
import { common, formatOf, ollamaOptions } from "./schema.ts";

const generateRequest = z.object({
  ...common,
  prompt: z.string().nullish(),
  system: z.string().nullish(),
  raw: z.boolean().nullish(),
  suffix: z.string().nullish(),
  template: z.string().nullish(),
  images: z.array(z.string()).nullish(),
  context: z.array(z.int()).nullish(),
});

type GenerateRequest = z.infer<typeof generateRequest>;

export const generateRoute = route<GenerateRequest>({
  method: "POST",
  path: "/api/generate",
  access: "api",
  summary: "Answers a prompt",
  dialect: ollama,
  body: generateRequest,
  handle(call) {
    if (!call.body.prompt) return loadOnly(call, { response: "" });
    return answerLines(call, { job: generateJob(call.body), form, stream: call.body.stream !== false });
  },
});

function generateJob(request: GenerateRequest): AnswerJob {
  const { model, suffix, template, images, context } = request;
  if (suffix) throw unsupported("suffix", "'suffix' is not supported: models here only continue a text.");
  if (template)
    throw unsupported("template", "'template' is not supported; give the finished prompt with 'raw'.");
  if (images?.length) throw unsupported("images", "Models here take text, not images.");
  if (context?.length)
    throw unsupported("context", "'context' is not supported; use /api/chat with the conversation.");
  return {
    model,
    prompts: [promptOf(request)],
    options: ollamaOptions(request),
    ...answerForm(jsonFormat(formatOf(request))),
    keepAliveMs: parseKeepAlive(request.keep_alive),
  };
}

/** As Ollama has it, a model without a chat template continues the prompt. */
function promptOf({ prompt, system, raw }: GenerateRequest): Prompt {
  if (raw) return { kind: "prompt", text: prompt! };
  const user = { role: "user", content: prompt! };
  return {
    kind: "chat",
    messages: system ? [{ role: "system", content: system }, user] : [user],
    plain: true,
  };
}

const form: LineForm = ({ text, reasoning }) => ({
  response: text,
  ...(reasoning !== "" && { thinking: reasoning }),
});
