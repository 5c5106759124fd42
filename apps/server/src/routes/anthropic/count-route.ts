import { chatIds } from "../../answers/chat-ids.ts";
import { withModel } from "../../answers/with-model.ts";
import { json, route } from "../../http/route.ts";
import { anthropic } from "./dialect.ts";
import { promptOptions } from "./messages-job.ts";
import { type CountRequest, countRequest } from "./messages-schema.ts";
import { toMessages } from "./to-messages.ts";

export const countRoute = route<CountRequest>({
  method: "POST",
  path: "/v1/messages/count_tokens",
  access: "api",
  summary: "Counts the tokens of a conversation",
  dialect: anthropic,
  body: countRequest,
  handle({ server, body, signal }) {
    const [messages, options] = [toMessages(body), promptOptions(body)];
    return withModel(server, { id: body.model, signal }, (parts) =>
      json({ input_tokens: chatIds(parts, messages, options).length }),
    );
  },
});
