import type { AnswerJob } from "../../answers/answer-job.ts";
import { type OpenAnswer, openAnswer } from "../../answers/open-answer.ts";
import { json, route } from "../../http/route.ts";
import { completionJob } from "./completion-job.ts";
import { CompletionChunks, type CompletionForm, completion } from "./completion-objects.ts";
import { type CompletionRequest, completionRequest } from "./completion-schema.ts";
import { openai } from "./dialect.ts";
import { newHead } from "./head.ts";
import { plainLogprobs } from "./logprobs.ts";
import { noEcho, promptEchoes } from "./prompt-echo.ts";
import { streamObjects } from "./stream.ts";

export const completionRoute = route<CompletionRequest>({
  method: "POST",
  path: "/v1/completions",
  access: "api",
  summary: "Continues a text",
  dialect: openai,
  body: completionRequest,
  async handle(call) {
    const { stream, stream_options, echo } = call.body;
    const job = completionJob(call.body);
    const form = (answer: OpenAnswer) => formOf(answer, job, { echo: echo === true, signal: call.signal });
    if (stream) {
      const withUsage = stream_options?.include_usage === true;
      return streamObjects(
        call,
        job,
        async (answer) => new CompletionChunks(await form(answer), { withUsage }),
      );
    }
    using answer = await openAnswer(call.server, job, call.signal);
    return json(completion(await form(answer), await answer.results()));
  },
});

async function formOf(
  { id, model }: OpenAnswer,
  job: AnswerJob,
  { echo, signal }: { readonly echo: boolean; readonly signal: AbortSignal },
): Promise<CompletionForm> {
  const { count = 1 } = job;
  const echoes = echo ? await promptEchoes(job, { model, signal }) : [];
  const echoOf = (index: number) => echoes[Math.floor(index / count)] ?? noEcho;
  const begin = (index: number): number => (echoOf(index).tokens.length > 0 ? 0 : echoOf(index).text.length);
  return {
    head: newHead("cmpl-", id),
    echo: echoOf,
    logprobsOf: (index) => plainLogprobs(model, begin(index)),
    count,
  };
}
