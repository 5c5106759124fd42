import type { AnswerJob } from "../../answers/answer-job.ts";
import type { AnswerEvent, OpenAnswer } from "../../answers/open-answer.ts";
import type { Call } from "../../http/route.ts";
import { sseFrame, ssePing } from "../../http/sse.ts";
import { SSE, type StreamForm, streamAnswer } from "../../http/stream-answer.ts";
import { openaiError } from "./dialect.ts";

/** What turns the events of an answer into the objects of a stream. */
export interface Chunks {
  take(event: AnswerEvent): readonly object[];
  end(): readonly object[];
}

const form: StreamForm = {
  contentType: SSE,
  ping: ssePing,
  errorFrame: (error) => sseFrame({ error: openaiError(error) }),
};

/** Answers with a stream of OpenAI's form: each object a `data:` line, `[DONE]` at the end. */
export function streamObjects(
  call: Call<unknown>,
  job: AnswerJob,
  chunksOf: (answer: OpenAnswer) => Chunks | Promise<Chunks>,
): Promise<Response> {
  return streamAnswer(call, { job, form }, async function* (answer) {
    const chunks = await chunksOf(answer);
    for await (const event of answer.events) for (const chunk of chunks.take(event)) yield sseFrame(chunk);
    for (const chunk of chunks.end()) yield sseFrame(chunk);
    yield sseFrame("[DONE]");
  });
}
