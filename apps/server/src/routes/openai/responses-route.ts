import type { AnswerJob } from "../../answers/answer-job.ts";
import { openAnswer } from "../../answers/open-answer.ts";
import { type Call, json, route } from "../../http/route.ts";
import { sseFrame, ssePing } from "../../http/sse.ts";
import { SSE, type StreamForm, streamAnswer } from "../../http/stream-answer.ts";
import { openai } from "./dialect.ts";
import { newHead } from "./head.ts";
import { type ResponseEvent, ResponseEvents } from "./response-events.ts";
import { responsesJob } from "./responses-job.ts";
import { type ResponsesRequest, responsesRequest } from "./responses-schema.ts";

export const responsesRoute = route<ResponsesRequest>({
  method: "POST",
  path: "/v1/responses",
  access: "api",
  summary: "Answers an input with items: thoughts, text, calls",
  dialect: openai,
  body: responsesRequest,
  async handle(call) {
    const job = responsesJob(call.body);
    if (call.body.stream) return stream(call, job);
    using answer = await openAnswer(call.server, job, call.signal);
    const events = new ResponseEvents(newHead("resp_", answer.id), call.body);
    for await (const event of answer.events) events.take(event);
    return json(events.response());
  },
});

function stream(call: Call<ResponsesRequest>, job: AnswerJob): Promise<Response> {
  let events = new ResponseEvents(newHead("resp_", call.body.model ?? ""), call.body);
  const frame = (event: ResponseEvent): string => sseFrame(event, event.type);
  const form: StreamForm = {
    contentType: SSE,
    ping: ssePing,
    errorFrame: (error) => frame(events.failed(error)),
  };
  return streamAnswer(call, { job, form }, async function* (answer) {
    events = new ResponseEvents(newHead("resp_", answer.id), call.body);
    let begun = false;
    for await (const event of answer.events) {
      // Only now is it sure that the model takes the conversation.
      if (!begun) yield* events.begin().map(frame);
      begun = true;
      yield* events.take(event).map(frame);
    }
  });
}
