import type { AnswerJob } from "../../answers/answer-job.ts";
import { type OpenAnswer, openAnswer } from "../../answers/open-answer.ts";
import { stopSequence } from "../../answers/stop-sequence.ts";
import { type Call, json, route } from "../../http/route.ts";
import { sseFrame } from "../../http/sse.ts";
import { SSE, type StreamForm, streamAnswer } from "../../http/stream-answer.ts";
import { anthropic, anthropicError } from "./dialect.ts";
import { type MessageEvent, MessageEvents } from "./message-events.ts";
import { messagesJob } from "./messages-job.ts";
import { type MessagesRequest, messagesRequest } from "./messages-schema.ts";

export const messagesRoute = route<MessagesRequest>({
  method: "POST",
  path: "/v1/messages",
  access: "api",
  summary: "Answers a conversation",
  dialect: anthropic,
  body: messagesRequest,
  async handle(call) {
    const job = messagesJob(call.body);
    if (call.body.stream) return stream(call, job);
    using answer = await openAnswer(call.server, job, call.signal);
    const events = eventsOf(answer, job);
    for await (const event of answer.events) events.take(event);
    return json(events.message());
  },
});

const frame = (event: MessageEvent): string => sseFrame(event, event.type);

const form: StreamForm = {
  contentType: SSE,
  ping: frame({ type: "ping" }),
  errorFrame: (error) => frame(anthropicError(error)),
};

function stream(call: Call<MessagesRequest>, asked: AnswerJob): Promise<Response> {
  let inputTokens = 0;
  const onProgress = (_: number, total: number): void => {
    inputTokens = total;
  };
  const job = { ...asked, options: { ...asked.options, onProgress } };
  return streamAnswer(call, { job, form }, async function* (answer) {
    const events = eventsOf(answer, job);
    let begun = false;
    for await (const event of answer.events) {
      // Only now is it sure that the model takes the conversation.
      if (!begun) yield* events.begin(inputTokens).map(frame);
      begun = true;
      yield* events.take(event).map(frame);
    }
  });
}

function eventsOf({ id, model }: OpenAnswer, { options }: AnswerJob): MessageEvents {
  return new MessageEvents(id, (result) => stopSequence(model, options.stop ?? [], result));
}
