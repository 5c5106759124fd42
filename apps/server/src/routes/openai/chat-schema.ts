import { z } from "zod";
import { keepAlive } from "../keep-alive.ts";
import { responseFormat } from "./json-format.ts";
import { message } from "./message-schema.ts";
import { sampling } from "./sampling-schema.ts";
import { structured } from "./structured-outputs.ts";

export const modelId = z.string().min(1).max(300).nullish();

export const streamOptions = z.object({ include_usage: z.boolean().nullish() }).nullish();

const tool = z.looseObject({
  type: z.string(),
  function: z
    .looseObject({
      name: z.string().min(1).max(200),
      description: z.string().nullish(),
      parameters: z.looseObject({}).nullish(),
      strict: z.boolean().nullish(),
    })
    .optional(),
});

const namedTool = z.object({ type: z.literal("function"), function: z.object({ name: z.string() }) });
const allowedTools = z.object({
  type: z.literal("allowed_tools"),
  allowed_tools: z.object({ mode: z.enum(["auto", "required"]), tools: z.array(namedTool) }),
});
export const toolChoice = z.union([z.enum(["none", "auto", "required"]), namedTool, allowedTools]).nullish();

export const chatRequest = z.object({
  ...sampling,
  model: modelId,
  messages: z.array(message).min(1).max(10_000),
  max_completion_tokens: z.int().min(1).nullish(),
  max_tokens: z.int().min(1).nullish(),
  stream: z.boolean().nullish(),
  stream_options: streamOptions,
  tools: z.array(tool).max(256).nullish(),
  tool_choice: toolChoice,
  parallel_tool_calls: z.boolean().nullish(),
  response_format: responseFormat,
  ...structured,
  reasoning_effort: z.enum(["none", "minimal", "low", "medium", "high", "xhigh", "max"]).nullish(),
  thinking: z.boolean().nullish(),
  thought_budget: z.int().min(0).nullish(),
  chat_template_kwargs: z.record(z.string(), z.unknown()).nullish(),
  logprobs: z.boolean().nullish(),
  top_logprobs: z.int().min(0).max(20).nullish(),
  modalities: z.array(z.string()).nullish(),
  audio: z.unknown().optional(),
  functions: z.unknown().optional(),
  function_call: z.unknown().optional(),
  web_search_options: z.unknown().optional(),
  grammar: z.unknown().optional(),
  /** Ours: a model without a chat template continues the messages' texts. */
  plain_chat: z.boolean().nullish(),
  keep_alive: keepAlive,
});

export type ChatRequest = z.infer<typeof chatRequest>;
