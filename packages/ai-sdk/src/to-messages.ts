import {
  type LanguageModelV3Message,
  type LanguageModelV4Message,
  UnsupportedFunctionalityError,
} from "@ai-sdk/provider";
import type { ChatMessage, MessagePart } from "@engine/tokenizer";
import { filePart } from "./file-part.ts";

type Message = LanguageModelV3Message | LanguageModelV4Message;
type AssistantPart = Extract<Message, { role: "assistant" }>["content"][number];
type ToolPart = Extract<Message, { role: "tool" }>["content"][number];
type Output = Extract<ToolPart, { type: "tool-result" }>["output"];

/** A prompt of the AI SDK as OpenAI's messages. Throws UnsupportedFunctionalityError for parts that have no form there. */
export function toMessages(prompt: readonly Message[]): readonly ChatMessage[] {
  return prompt.flatMap((message): readonly ChatMessage[] => {
    switch (message.role) {
      case "system":
        return [{ role: "system", content: message.content }];
      case "user": {
        const parts = message.content.map((part): MessagePart => {
          return part.type === "text" ? { type: "text", text: part.text } : filePart(part);
        });
        return [{ role: "user", content: simplest(parts) }];
      }
      case "assistant":
        return [answer(message.content)];
      default:
        return message.content.flatMap((part) => (part.type === "tool-result" ? [result(part)] : []));
    }
  });
}

/** Parts of text alone are a text: chat templates all read that. */
function simplest(parts: readonly MessagePart[]): string | readonly MessagePart[] {
  return parts.every((part) => part.type === "text") ? parts.map(({ text }) => text).join("\n") : parts;
}

function answer(parts: readonly AssistantPart[]): ChatMessage {
  const joined = (type: "text" | "reasoning") =>
    parts.flatMap((part) => (part.type === type ? [part.text] : [])).join("");
  if (parts.some(({ type }) => type === "file"))
    throw new UnsupportedFunctionalityError({
      functionality: "files in assistant messages",
      message: "An assistant message holds a file; leave it out, models here answer in text.",
    });
  const calls = parts.flatMap((part) => {
    if (part.type !== "tool-call") return [];
    const { toolCallId: id, toolName: name, input } = part;
    return [{ id, type: "function", function: { name, arguments: JSON.stringify(input ?? {}) } }];
  });
  const thought = joined("reasoning");
  return {
    role: "assistant",
    content: joined("text"),
    ...(thought !== "" && { reasoning_content: thought }),
    ...(calls.length > 0 && { tool_calls: calls }),
  };
}

function result({ toolCallId, toolName, output }: Extract<ToolPart, { type: "tool-result" }>): ChatMessage {
  return { role: "tool", tool_call_id: toolCallId, name: toolName, content: outputText(output) };
}

function outputText(output: Output): string {
  switch (output.type) {
    case "text":
    case "error-text":
      return output.value;
    case "json":
    case "error-json":
      return JSON.stringify(output.value);
    case "execution-denied":
      return output.reason ?? "The user did not allow this call.";
    default:
      return output.value
        .map((part) => {
          if (part.type === "text") return part.text;
          throw new UnsupportedFunctionalityError({
            functionality: `tool results of type ${part.type}`,
            message: `A tool's result holds a part of type ${JSON.stringify(part.type)}; results must be text or JSON here.`,
          });
        })
        .join("\n");
  }
}
