import type { AnswerJob } from "../answers/answer-job.ts";
import { type OpenAnswer, openAnswer } from "../answers/open-answer.ts";
import type { ApiError } from "../errors/api-error.ts";
import type { Call } from "./route.ts";
import { streamResponse } from "./stream-response.ts";

/** How one API writes a stream. */
export interface StreamForm {
  readonly contentType: string;
  readonly ping?: string;
  readonly errorFrame: (error: ApiError) => string;
}

export const SSE = "text/event-stream; charset=utf-8";

/** Answers with what `framesOf` makes of a model's answer, which ends when the reader goes away. */
export function streamAnswer(
  call: Call<unknown>,
  { job, form }: { readonly job: AnswerJob; readonly form: StreamForm },
  framesOf: (answer: OpenAnswer) => AsyncIterable<string>,
): Promise<Response> {
  const abort = new AbortController();
  const signal = AbortSignal.any([call.signal, abort.signal]);
  async function* frames(): AsyncGenerator<string, void, undefined> {
    using answer = await openAnswer(call.server, job, signal);
    yield* framesOf(answer);
  }
  return streamResponse(frames(), { ...call.server.settings, ...form, abort });
}
