import type { AnswerJob } from "../../answers/answer-job.ts";
import { type OpenAnswer, openAnswer } from "../../answers/open-answer.ts";
import { json, route } from "../../http/route.ts";
import { completionJob } from "./completion-job.ts";
import { CompletionChunks, type CompletionForm, completion } from "./completion-objects.ts";
import { type CompletionRequest, completionRequest } from "./completion-schema.ts";
import { openai } from "./dialect.ts";
import { newHead } from "./head.ts";
import { plainLogprobs } from "./logprobs.ts";
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
    const form = (answer: OpenAnswer): CompletionForm => {
      const echoed = echo ? echoOf(job, answer) : () => "";
      return {
        head: newHead("cmpl-", answer.id),
        echo: echoed,
        logprobsOf: (index) => plainLogprobs(answer.model, echoed(index)),
        count: job.count ?? 1,
      };
    };
    if (stream) {
      const withUsage = stream_options?.include_usage === true;
      return streamObjects(call, job, (answer) => new CompletionChunks(form(answer), { withUsage }));
    }
    using answer = await openAnswer(call.server, job, call.signal);
    return json(completion(form(answer), await answer.results()));
  },
});

function echoOf({ prompts, count = 1 }: AnswerJob, { model }: OpenAnswer): (index: number) => string {
  return (index) => {
    const prompt = prompts[Math.floor(index / count)];
    if (prompt?.kind !== "prompt") return "";
    return typeof prompt.text === "string" ? prompt.text : (model.tokenizer?.decode(prompt.text) ?? "");
  };
}
