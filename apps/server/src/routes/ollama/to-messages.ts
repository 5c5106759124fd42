import type { ChatMessage } from "@engine/tokenizer";
import { unsupported } from "../../errors/api-error.ts";
import type { ChatRequest } from "./chat-schema.ts";

/** Ollama's messages as chat templates take them. Throws 400 for images. */
export function toMessages(messages: NonNullable<ChatRequest["messages"]>): readonly ChatMessage[] {
  return messages.map(({ role, content, thinking, images, tool_calls, tool_name, tool_call_id }, index) => {
    if (images?.length) throw unsupported(`messages[${index}].images`, "Models here take text, not images.");
    return {
      role,
      content: content ?? (tool_calls?.length ? null : ""),
      ...(thinking && { reasoning_content: thinking }),
      ...(tool_calls?.length && { tool_calls: tool_calls.map((call) => ({ type: "function", ...call })) }),
      ...(tool_name && { name: tool_name }),
      ...(tool_call_id && { tool_call_id }),
    };
  });
}
