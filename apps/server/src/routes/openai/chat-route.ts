import { openAnswer } from "../../answers/open-answer.ts";
import { json, route } from "../../http/route.ts";
import { ChatChunks } from "./chat-chunks.ts";
import { chatCompletion } from "./chat-completion.ts";
import { chatJob } from "./chat-job.ts";
import { type ChatRequest, chatRequest } from "./chat-schema.ts";
import { openai } from "./dialect.ts";
import { newHead } from "./head.ts";
import { chatLogprobs } from "./logprobs.ts";
import { streamObjects } from "./stream.ts";

export const chatRoute = route<ChatRequest>({
  method: "POST",
  path: "/v1/chat/completions",
  access: "api",
  summary: "Answers a conversation",
  dialect: openai,
  body: chatRequest,
  async handle(call) {
    const job = chatJob(call.body);
    if (call.body.stream) {
      const withUsage = call.body.stream_options?.include_usage === true;
      return streamObjects(
        call,
        job,
        ({ id, model }) =>
          new ChatChunks(newHead("chatcmpl-", id), { withUsage, logprobsOf: chatLogprobs(model) }),
      );
    }
    using answer = await openAnswer(call.server, job, call.signal);
    const results = await answer.results();
    return json(
      chatCompletion(newHead("chatcmpl-", answer.id), { results, logprobsOf: chatLogprobs(answer.model) }),
    );
  },
});
