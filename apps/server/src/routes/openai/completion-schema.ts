import { z } from "zod";
import { keepAlive } from "../keep-alive.ts";
import { modelId, streamOptions } from "./chat-schema.ts";
import { responseFormat } from "./json-format.ts";
import { sampling } from "./sampling-schema.ts";
import { structured } from "./structured-outputs.ts";

const ids = z.array(z.int().min(0)).min(1).max(1_000_000);

export const completionRequest = z.object({
  ...sampling,
  model: modelId,
  prompt: z.union([z.string(), ids, z.array(z.string()).min(1).max(64), z.array(ids).min(1).max(64)]),
  max_tokens: z.int().min(0).nullish(),
  stream: z.boolean().nullish(),
  stream_options: streamOptions,
  echo: z.boolean().nullish(),
  suffix: z.string().nullish(),
  best_of: z.int().min(1).nullish(),
  logprobs: z.int().min(0).max(20).nullish(),
  response_format: responseFormat,
  ...structured,
  keep_alive: keepAlive,
});

export type CompletionRequest = z.infer<typeof completionRequest>;
