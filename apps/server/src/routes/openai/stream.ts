import type { AnswerJob } from "../../answers/answer-job.ts";
import { type AnswerEvent, type OpenAnswer, openAnswer } from "../../answers/open-answer.ts";
import type { Call } from "../../http/route.ts";
import { sseFrame, sseResponse } from "../../http/sse.ts";
import { openaiError } from "./dialect.ts";

/** What turns the events of an answer into the objects of a stream. */
export interface Chunks {
  take(event: AnswerEvent): readonly object[];
  end(): readonly object[];
}

/** Answers with a stream of OpenAI's form: each object a `data:` line, `[DONE]` at the end. */
export function streamObjects(
  call: Call<unknown>,
  job: AnswerJob,
  chunksOf: (answer: OpenAnswer) => Chunks,
): Promise<Response> {
  const abort = new AbortController();
  const signal = AbortSignal.any([call.signal, abort.signal]);
  async function* frames(): AsyncGenerator<string, void, undefined> {
    using answer = await openAnswer(call.server, job, signal);
    const chunks = chunksOf(answer);
    for await (const event of answer.events) for (const chunk of chunks.take(event)) yield sseFrame(chunk);
    for (const chunk of chunks.end()) yield sseFrame(chunk);
    yield sseFrame("[DONE]");
  }
  const errorFrame = (error: Parameters<typeof openaiError>[0]): string =>
    sseFrame({ error: openaiError(error) });
  return sseResponse(frames(), { ...call.server.settings, errorFrame, abort });
}
