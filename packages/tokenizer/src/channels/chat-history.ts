import type { ChatMessage, MessagePart } from "../chat-message.ts";
import { type CallForms, CallHistory, callForms } from "./call-history.ts";
import type { ChannelDescription } from "./channel-description.ts";
import { ChannelParser } from "./channel-parser.ts";

/**
 * Messages in OpenAI's form as chat templates want them. Thoughts that stand in the content of earlier answers are
 * taken out; those of the current loop of tool calls become `reasoning_content` where the template knows that name.
 * Tool calls and their results come in the form the template reads.
 */
export function prepareHistory(
  messages: readonly ChatMessage[],
  { description, templates }: { description: ChannelDescription; templates: readonly string[] },
): readonly ChatMessage[] {
  const lastUser = messages.findLastIndex(({ role }) => role === "user");
  const forms = callForms(templates);
  const calls = new CallHistory(forms);
  return messages.map((message, index) => {
    if (message.role === "tool") return calls.result(message);
    if (message.role !== "assistant") return message;
    const ready = calls.asked(message);
    return index < lastUser ? withoutThoughts(ready, description) : current(ready, description, forms);
  });
}

/** An answer's content apart from its thoughts. A thought whose beginning stood in the prompt counts as one. */
export function splitThoughts(
  content: string,
  description: ChannelDescription,
): { readonly text: string; readonly reasoning: string } {
  const { reasoning } = description;
  const [open, close] = [content.indexOf(reasoning?.open ?? ""), content.indexOf(reasoning?.close ?? "")];
  if (!reasoning || (open < 0 && close < 0)) return { text: content, reasoning: "" };
  const parser = new ChannelParser(description, { opened: close >= 0 && (open < 0 || close < open) });
  const found = { text: "", reasoning: "" };
  for (const event of [...parser.push(content), ...parser.finish()]) {
    if (event.type === "text" || event.type === "reasoning") found[event.type] += event.text;
  }
  return found;
}

function withoutThoughts(message: ChatMessage, description: ChannelDescription): ChatMessage {
  const { content } = message;
  const strip = (text: string): string => splitThoughts(text, description).text;
  if (typeof content === "string") return { ...message, content: strip(content) };
  if (!Array.isArray(content)) return message;
  const parts = content.map((part: MessagePart) =>
    part.type === "text" && typeof part.text === "string" ? { ...part, text: strip(part.text) } : part,
  );
  return { ...message, content: parts };
}

function current(message: ChatMessage, description: ChannelDescription, forms: CallForms): ChatMessage {
  if (!forms.reasoning || typeof message.content !== "string") return message;
  const { text, reasoning } = splitThoughts(message.content, description);
  if (reasoning === "") return message;
  return { ...message, content: text, reasoning_content: message.reasoning_content ?? reasoning };
}
