import { z } from "zod";
import { chatIds } from "../../answers/chat-ids.ts";
import { withModel } from "../../answers/with-model.ts";
import { ApiError } from "../../errors/api-error.ts";
import { json, type Route, route } from "../../http/route.ts";
import { modelId } from "../openai/chat-schema.ts";
import { openai } from "../openai/dialect.ts";
import { message } from "../openai/message-schema.ts";
import { toMessages } from "../openai/to-messages.ts";

const common = { method: "POST", access: "api", dialect: openai } as const;

const tokenizeRequest = z.object({
  model: modelId,
  /** llama-server's word for it, and vLLM's. */
  content: z.string().nullish(),
  prompt: z.string().nullish(),
  messages: z.array(message).min(1).nullish(),
  add_special: z.boolean().nullish(),
  add_special_tokens: z.boolean().nullish(),
  with_pieces: z.boolean().nullish(),
});

const detokenizeRequest = z.object({ model: modelId, tokens: z.array(z.int().min(0)).max(1_000_000) });

export const tokenizeRoute: Route = route<z.infer<typeof tokenizeRequest>>({
  ...common,
  path: "/tokenize",
  summary: "Token ids of a text, or of a conversation in the model's template",
  body: tokenizeRequest,
  handle({ server, body, signal }) {
    const text = body.content ?? body.prompt;
    const { messages } = body;
    if ((typeof text === "string") === Boolean(messages)) {
      throw new ApiError(400, "Give one of 'content' (or 'prompt') and 'messages'.", {
        param: "content",
        code: "invalid_value",
      });
    }
    return withModel(server, { id: body.model, signal }, (parts) => {
      const { model, tokenizer } = parts;
      const special = body.add_special_tokens ?? body.add_special ?? false;
      const ids = messages
        ? chatIds(parts, toMessages(messages))
        : tokenizer.encode(text!, { addSpecialTokens: special });
      const pieces = ids.map((id) => ({ id, piece: tokenizer.tokenText(id) ?? "" }));
      return json({
        tokens: body.with_pieces ? pieces : ids,
        count: ids.length,
        max_model_len: model.context,
      });
    });
  },
});

export const detokenizeRoute: Route = route<z.infer<typeof detokenizeRequest>>({
  ...common,
  path: "/detokenize",
  summary: "The text of token ids",
  body: detokenizeRequest,
  handle({ server, body, signal }) {
    return withModel(server, { id: body.model, signal }, ({ tokenizer }) => {
      const text = tokenizer.decode(body.tokens);
      return json({ content: text, prompt: text });
    });
  },
});
