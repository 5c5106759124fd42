import type { GenerateOptions } from "@engine/runtime";
import { z } from "zod";
import { ApiError } from "../../errors/api-error.ts";

/** What chat and plain completions say alike about how tokens are chosen. */
export const sampling = {
  temperature: z.number().min(0).max(2).nullish(),
  top_p: z.number().min(0).max(1).nullish(),
  top_k: z.int().min(-1).nullish(),
  min_p: z.number().min(0).max(1).nullish(),
  repetition_penalty: z.number().min(0.01).max(100).nullish(),
  repeat_penalty: z.number().min(0.01).max(100).nullish(),
  frequency_penalty: z.number().min(-2).max(2).nullish(),
  presence_penalty: z.number().min(-2).max(2).nullish(),
  logit_bias: z.record(z.string(), z.number().min(-100).max(100)).nullish(),
  seed: z.int().nullish(),
  stop: z.union([z.string(), z.array(z.string()).max(16)]).nullish(),
  n: z.int().min(1).max(16).nullish(),
  /** vLLM's word, and llama-server's. */
  ignore_eos: z.boolean().nullish(),
  /** Ours: what becomes of a text that no longer fits the context. */
  context_overflow: z
    .union([
      z.enum(["error", "sliding"]),
      z.object({
        policy: z.literal("sliding"),
        keep: z.int().min(0).optional(),
        drop: z.int().min(1).optional(),
      }),
    ])
    .nullish(),
};

const shape = z.object(sampling);
export type SamplingRequest = z.infer<typeof shape>;

/** The runtime's options: only what the request tells, so that the model's own settings hold elsewhere. */
export function samplingOptions(request: SamplingRequest): GenerateOptions {
  const { temperature, top_p, top_k, min_p, frequency_penalty, presence_penalty, seed, stop } = request;
  return told({
    temperature,
    topP: top_p,
    // vLLM's word for all of them is -1.
    topK: top_k === -1 ? 0 : top_k,
    minP: min_p,
    repetitionPenalty: request.repetition_penalty ?? request.repeat_penalty,
    frequencyPenalty: frequency_penalty,
    presencePenalty: presence_penalty,
    logitBias: biasOf(request.logit_bias),
    // Seeds here begin at 0; others are used too.
    seed: seed === undefined || seed === null ? undefined : seed < 0 ? Number.MAX_SAFE_INTEGER + seed : seed,
    stop: typeof stop === "string" ? [stop] : stop?.filter((text) => text !== ""),
    ignoreEos: request.ignore_eos,
    overflow: overflowOf(request.context_overflow),
  });
}

function overflowOf(wish: SamplingRequest["context_overflow"]): GenerateOptions["overflow"] {
  if (!wish || wish === "error") return undefined;
  return wish === "sliding" ? { policy: "sliding" } : { policy: "sliding", ...told(wish) };
}

/** Without members that are undefined or null. */
export function told<T extends object>(members: T): { [Key in keyof T]?: NonNullable<T[Key]> } {
  const known = Object.entries(members).filter(([, value]) => value !== undefined && value !== null);
  return Object.fromEntries(known) as { [Key in keyof T]?: NonNullable<T[Key]> };
}

/** OpenAI's -100 forbids a token. */
function biasOf(bias: SamplingRequest["logit_bias"]): Record<number, number> | undefined {
  if (!bias) return undefined;
  return Object.fromEntries(
    Object.entries(bias).map(([key, value]) => {
      if (!/^\d{1,9}$/.test(key)) {
        throw new ApiError(400, `'logit_bias': "${key.slice(0, 50)}" is no token id.`, {
          param: "logit_bias",
          code: "invalid_value",
        });
      }
      return [Number(key), value === -100 ? Number.NEGATIVE_INFINITY : value];
    }),
  );
}
