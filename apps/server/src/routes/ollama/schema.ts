import type { GenerateOptions } from "@engine/runtime";
import { z } from "zod";
import { unsupported } from "../../errors/api-error.ts";
import { keepAlive } from "../keep-alive.ts";
import type { ChatFormat } from "../openai/json-format.ts";
import { samplingOptions, told } from "../openai/sampling-schema.ts";

const number = z.number().nullish();

/** What is known of Ollama's options; the others are about how it runs models, and mean nothing here. */
const options = z
  .looseObject({
    temperature: z.number().min(0).max(100).nullish(),
    top_k: z.int().min(0).nullish(),
    top_p: z.number().min(0).max(1).nullish(),
    min_p: z.number().min(0).max(1).nullish(),
    repeat_penalty: z.number().min(0.01).max(100).nullish(),
    frequency_penalty: z.number().min(-2).max(2).nullish(),
    presence_penalty: z.number().min(-2).max(2).nullish(),
    seed: z.int().nullish(),
    num_predict: z.int().nullish(),
    stop: z.union([z.string(), z.array(z.string()).max(16)]).nullish(),
    mirostat: number,
    typical_p: number,
    tfs_z: number,
  })
  .nullish();

export const common = {
  model: z.string().min(1).max(300),
  stream: z.boolean().nullish(),
  options,
  keep_alive: keepAlive,
  format: z.union([z.string(), z.looseObject({})]).nullish(),
  think: z.union([z.boolean(), z.enum(["low", "medium", "high"])]).nullish(),
  logprobs: z.boolean().nullish(),
  top_logprobs: z.int().min(0).max(20).nullish(),
};

const shape = z.object(common);
export type CommonRequest = z.infer<typeof shape>;

/** What the options mean for the runtime. Throws 400 for those it does not know how to honour. */
export function ollamaOptions(request: CommonRequest): GenerateOptions & { readonly thinking?: boolean } {
  const { options, think, logprobs, top_logprobs } = request;
  if (options?.mirostat) throw unsupported("options.mirostat", "'options.mirostat' is not supported.");
  if ((options?.typical_p ?? 1) !== 1)
    throw unsupported("options.typical_p", "'options.typical_p' is not supported.");
  if ((options?.tfs_z ?? 1) !== 1) throw unsupported("options.tfs_z", "'options.tfs_z' is not supported.");
  if (logprobs || top_logprobs) throw unsupported("logprobs", "'logprobs' is not supported yet.");
  const { num_predict = undefined, ...sampling } = options ?? {};
  return {
    ...samplingOptions(sampling),
    ...told({
      // Below 1 it means as much as there is room for.
      maxTokens: num_predict && num_predict > 0 ? num_predict : undefined,
      thinking: think === undefined || think === null ? undefined : think !== false,
    }),
  };
}

/** "json", or a schema. Throws 400 for another word. */
export function formatOf({ format }: CommonRequest): ChatFormat {
  if (!format) return undefined;
  if (typeof format === "object") return { type: "json_schema", json_schema: { schema: format } };
  if (format === "json") return { type: "json_object" };
  throw unsupported(
    "format",
    `'format': "${format.slice(0, 50)}" is not supported; give "json" or a schema.`,
  );
}
