import { answerForm } from "../../answers/answer-form.ts";
import type { AnswerJob, PlainPrompt } from "../../answers/answer-job.ts";
import { unsupported } from "../../errors/api-error.ts";
import { parseKeepAlive } from "../keep-alive.ts";
import type { CompletionRequest } from "./completion-schema.ts";
import { samplingOptions, told } from "./sampling-schema.ts";
import { askedForm } from "./structured-outputs.ts";

/** OpenAI's own where the request does not say. */
const MAX_TOKENS = 16;

/** What the model is to do for a plain completion. Throws 400 for what cannot be done here. */
export function completionJob(request: CompletionRequest): AnswerJob {
  const { best_of, n, logprobs, suffix } = request;
  if (best_of && best_of !== (n ?? 1)) throw unsupported("best_of", "'best_of' is not supported beyond 'n'.");
  if (suffix) throw unsupported("suffix", "'suffix' is not supported: models here only continue a text.");
  if (request.max_tokens === 0 && !request.echo) {
    throw unsupported("max_tokens", "'max_tokens' of 0 needs 'echo': there would be nothing to tell.");
  }
  return {
    model: request.model ?? undefined,
    prompts: promptsOf(request.prompt),
    options: {
      ...samplingOptions(request),
      ...told({ logprobs }),
      maxTokens: request.max_tokens ?? MAX_TOKENS,
    },
    ...(n && { count: n }),
    ...answerForm(askedForm(request)),
    keepAliveMs: parseKeepAlive(request.keep_alive),
  };
}

export function promptsOf(prompt: CompletionRequest["prompt"]): readonly PlainPrompt[] {
  if (typeof prompt === "string") return [{ kind: "prompt", text: prompt }];
  if (isIds(prompt)) return [{ kind: "prompt", text: prompt }];
  return prompt.map((text) => ({ kind: "prompt", text }));
}

function isIds(prompt: readonly unknown[]): prompt is readonly number[] {
  return typeof prompt[0] === "number";
}
