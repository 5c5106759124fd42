import type { ChatMessage, MessagePart } from "../chat-message.ts";
import { isObject } from "../json.ts";
import type { ChannelDescription } from "./channel-description.ts";
import { ChannelParser } from "./channel-parser.ts";
import { readArguments } from "./read-json-calls.ts";

/** How a template reads a message with tool calls. */
interface CallForms {
  /** It knows thoughts by the name `reasoning_content`. */
  readonly reasoning: boolean;
  /** It asks whether there is content; others look into it unasked, and "" serves them. */
  readonly nullContent: boolean;
  /** It prints `arguments` as they are: JSON text. Others want the object. */
  readonly textArguments: boolean;
}

function callForms(templates: readonly string[]): CallForms {
  const has = (pattern: RegExp): boolean => templates.some((text) => pattern.test(text));
  return {
    reasoning: has(/reasoning_content/),
    nullContent: has(/== 'assistant' and message\['content'\] is\s+(?:not\s+)?none/),
    textArguments: has(/arguments['"]?\]?\s*(?:\+|~|-?\}\})/) && !has(/arguments['"]?\]?\s*(?:\||is\s)/),
  };
}

/**
 * Messages in OpenAI's form as chat templates want them. Thoughts that stand in the content of earlier answers are
 * taken out; those of the current loop of tool calls become `reasoning_content` where the template knows that name.
 * Arguments of calls come in the form the template reads, JSON text or not, and tool results get their tool's name.
 */
export function prepareHistory(
  messages: readonly ChatMessage[],
  { description, templates }: { description: ChannelDescription; templates: readonly string[] },
): readonly ChatMessage[] {
  const lastUser = messages.findLastIndex(({ role }) => role === "user");
  const forms = callForms(templates);
  const names = new Map<string, string>();
  return messages.map((message, index) => {
    if (message.role === "tool") return named(message, names);
    if (message.role !== "assistant") return message;
    const calls = message.tool_calls?.map((call) => readyCall(call, { names, forms }));
    const content = message.content ?? (calls && !forms.nullContent ? "" : message.content);
    const ready = {
      ...message,
      ...(calls && { tool_calls: calls }),
      ...(content !== undefined && { content }),
    };
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

function readyCall(
  call: unknown,
  { names, forms }: { readonly names: Map<string, string>; readonly forms: CallForms },
): unknown {
  if (!isObject(call)) return call;
  const given = isObject(call.function) ? call.function : call;
  const { name, arguments: args = {} } = given;
  if (typeof call.id === "string" && typeof name === "string") names.set(call.id, name);
  const ready = { ...given, arguments: forms.textArguments ? asText(args) : asObject(args) };
  return isObject(call.function) ? { type: "function", ...call, function: ready } : ready;
}

function asText(args: unknown): unknown {
  return isObject(args) ? JSON.stringify(args) : args;
}

function asObject(args: unknown): unknown {
  if (typeof args !== "string") return args;
  return args.trim() === "" ? {} : (readArguments(args) ?? args);
}

function named(message: ChatMessage, names: ReadonlyMap<string, string>): ChatMessage {
  const name = typeof message.tool_call_id === "string" ? names.get(message.tool_call_id) : undefined;
  return name === undefined || message.name !== undefined ? message : { ...message, name };
}
