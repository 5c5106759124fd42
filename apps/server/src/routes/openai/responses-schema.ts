import { z } from "zod";
import { keepAlive } from "../keep-alive.ts";
import { modelId } from "./chat-schema.ts";
import { sampling } from "./sampling-schema.ts";
import { structured } from "./structured-outputs.ts";

const part = z.looseObject({ type: z.string(), text: z.string().optional(), refusal: z.string().optional() });

const message = z.object({
  type: z.literal("message").optional(),
  role: z.enum(["user", "assistant", "system", "developer"]),
  content: z.union([z.string(), z.array(part)]),
});
const functionCall = z.object({
  type: z.literal("function_call"),
  call_id: z.string(),
  name: z.string(),
  arguments: z.string(),
});
const functionCallOutput = z.object({
  type: z.literal("function_call_output"),
  call_id: z.string(),
  output: z.union([z.string(), z.array(part)]),
});
const reasoning = z.looseObject({ type: z.literal("reasoning"), content: z.array(part).nullish() });
/** Kept with its type, so that it is refused by name. */
const other = z.looseObject({
  type: z.string().refine((type) => !KNOWN.includes(type), "its members are not those of this type"),
});
const KNOWN = ["message", "function_call", "function_call_output", "reasoning"];

export const inputItem = z.union([functionCall, functionCallOutput, reasoning, message, other]);

const tool = z.looseObject({
  type: z.string(),
  name: z.string().min(1).max(200).optional(),
  description: z.string().nullish(),
  parameters: z.looseObject({}).nullish(),
  strict: z.boolean().nullish(),
});

export const responsesRequest = z.object({
  model: modelId,
  input: z.union([z.string(), z.array(inputItem).min(1).max(10_000)]),
  instructions: z.string().nullish(),
  max_output_tokens: z.int().min(1).nullish(),
  temperature: sampling.temperature,
  top_p: sampling.top_p,
  top_k: sampling.top_k,
  min_p: sampling.min_p,
  seed: sampling.seed,
  stream: z.boolean().nullish(),
  tools: z.array(tool).max(256).nullish(),
  tool_choice: z
    .union([
      z.enum(["none", "auto", "required"]),
      z.looseObject({ type: z.string(), name: z.string().optional() }),
    ])
    .nullish(),
  parallel_tool_calls: z.boolean().nullish(),
  reasoning: z.looseObject({ effort: z.string().nullish() }).nullish(),
  text: z
    .looseObject({
      format: z.looseObject({ type: z.string(), schema: z.looseObject({}).optional() }).nullish(),
    })
    .nullish(),
  ...structured,
  previous_response_id: z.string().nullish(),
  conversation: z.unknown().optional(),
  prompt: z.unknown().optional(),
  background: z.boolean().nullish(),
  truncation: z.enum(["auto", "disabled"]).nullish(),
  top_logprobs: z.int().min(0).max(20).nullish(),
  metadata: z.record(z.string(), z.string()).nullish(),
  keep_alive: keepAlive,
});

export type ResponsesRequest = z.infer<typeof responsesRequest>;
export type InputItem = z.infer<typeof inputItem>;
