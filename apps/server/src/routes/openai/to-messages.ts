import type { ChatMessage, MessagePart } from "@engine/tokenizer";
import { unsupported } from "../../errors/api-error.ts";
import type { OpenAiMessage } from "./message-schema.ts";

/** OpenAI's messages as chat templates take them. Throws 400 for parts that are no text. */
export function toMessages(messages: readonly OpenAiMessage[]): readonly ChatMessage[] {
  return messages.map((message, index) => {
    const content = contentOf(message.content, `messages[${index}].content`);
    const named = message.name ? { name: message.name } : {};
    switch (message.role) {
      case "assistant": {
        const thought = message.reasoning_content ?? message.reasoning;
        return {
          role: "assistant",
          content: content ?? message.refusal ?? null,
          ...named,
          ...(thought && { reasoning_content: thought }),
          ...(message.tool_calls?.length && { tool_calls: message.tool_calls }),
        };
      }
      case "tool":
        return { role: "tool", content: content ?? "", tool_call_id: message.tool_call_id, ...named };
      default:
        // Templates know no "developer".
        return {
          role: message.role === "developer" ? "system" : message.role,
          content: content ?? "",
          ...named,
        };
    }
  });
}

function contentOf(content: OpenAiMessage["content"], where: string): string | MessagePart[] | undefined {
  if (content === undefined || content === null || typeof content === "string") return content ?? undefined;
  return content.map((part, index) => {
    if (part.type === "text" && typeof part.text === "string") return { type: "text", text: part.text };
    if (part.type === "refusal" && typeof part.refusal === "string")
      return { type: "text", text: part.refusal };
    throw unsupported(
      `${where}[${index}]`,
      `${where}[${index}]: models here take text, not parts of type '${part.type.slice(0, 50)}'.`,
    );
  });
}
