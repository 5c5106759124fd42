import type { ChatMessage, MessagePart } from "../chat-message.ts";
import { isObject } from "../json.ts";
import { type CallForms, CallHistory, callForms } from "./call-history.ts";
import type { ChannelDescription } from "./channel-description.ts";
import { ChannelParser } from "./channel-parser.ts";

/**
 * Messages in OpenAI's form as chat templates want them. Thoughts that stand in the content of earlier answers are
 * taken out; those of the current loop of tool calls get the name by which the template knows them, if it knows one.
 * Tool calls and their results come in the form the template reads.
 */
export function prepareHistory(
  messages: readonly ChatMessage[],
  { description, templates }: { description: ChannelDescription; templates: readonly string[] },
): readonly ChatMessage[] {
  const lastUser = messages.findLastIndex(({ role }) => role === "user");
  const forms = callForms(templates);
  const calls = new CallHistory(forms);
  const ready = messages.map((message, index) => {
    if (message.role === "tool") return calls.result(message);
    if (message.role !== "assistant") return message;
    const asked = calls.asked(message);
    return index < lastUser ? withoutThoughts(asked, description) : current(asked, description, forms);
  });
  return forms.oneCall ? oneByOne(ready) : ready;
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
  const { reasoning: name } = forms;
  if (name === undefined || typeof message.content !== "string") return message;
  const { reasoning_content: given, ...rest } = message;
  const { text, reasoning } = splitThoughts(message.content, description);
  const thought = typeof given === "string" ? given : reasoning;
  if (thought === "") return message;
  // Such a template has one place for both.
  if (forms.thoughtOrContent && message.tool_calls && text !== "")
    return { ...rest, content: "", [name]: `${thought}\n\n${text}` };
  return { ...rest, content: text, [name]: thought };
}

/** Calls of one answer as answers of one call each, with its result behind it: some templates print no second one. */
function oneByOne(messages: readonly ChatMessage[]): readonly ChatMessage[] {
  const taken = new Set<ChatMessage>();
  return messages.flatMap((message, index) => {
    if (taken.has(message)) return [];
    const { tool_calls: calls = [] } = message;
    if (calls.length < 2) return [message];
    const after = messages.slice(index + 1);
    const next = after.findIndex(({ role }) => role !== "tool");
    const results = next < 0 ? after : after.slice(0, next);
    return calls.flatMap((call, place) => {
      const id = isObject(call) ? call.id : undefined;
      const unnamed = results.filter((each) => each.tool_call_id === undefined);
      const result = results.find((each) => id !== undefined && each.tool_call_id === id) ?? unnamed[place];
      if (result) taken.add(result);
      const { reasoning_content: _, thinking: __, reasoning: ___, ...rest } = message;
      const asked = place === 0 ? message : { ...rest, content: "" };
      return [{ ...asked, tool_calls: [call] }, ...(result ? [result] : [])];
    });
  });
}
