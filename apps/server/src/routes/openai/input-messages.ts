import type { ChatMessage } from "@engine/tokenizer";
import { unsupported } from "../../errors/api-error.ts";
import type { InputItem, ResponsesRequest } from "./responses-schema.ts";

type Parts = {
  readonly type: string;
  readonly text?: string | undefined;
  readonly refusal?: string | undefined;
}[];

/** The items of a response's input as messages: thoughts and calls join the answer they belong to. */
export function inputMessages(
  input: ResponsesRequest["input"],
  instructions?: string,
): readonly ChatMessage[] {
  const messages: Draft[] = instructions === undefined ? [] : [{ role: "system", content: instructions }];
  if (typeof input === "string") messages.push({ role: "user", content: input });
  else for (const [index, item] of input.entries()) add(messages, item, `input[${index}]`);
  return messages;
}

interface Draft extends ChatMessage {
  content: string | null;
  reasoning_content?: string;
  tool_calls?: object[];
}

function add(messages: Draft[], item: InputItem, where: string): void {
  if (isMessage(item)) {
    const role = item.role === "developer" ? "system" : item.role;
    const content = textOf(item.content, where);
    const last = messages.at(-1);
    if (role === "assistant" && last?.role === "assistant" && last.content === null && !last.tool_calls)
      last.content = content;
    else messages.push({ role, content });
    return;
  }
  switch (item.type) {
    case "function_call": {
      const { call_id: id, name, arguments: args } = item as Extract<InputItem, { type: "function_call" }>;
      const answer = answerOf(messages);
      answer.tool_calls = [
        ...(answer.tool_calls ?? []),
        { id, type: "function", function: { name, arguments: args } },
      ];
      return;
    }
    case "function_call_output": {
      const { call_id, output } = item as Extract<InputItem, { type: "function_call_output" }>;
      messages.push({ role: "tool", tool_call_id: call_id, content: textOf(output, where) });
      return;
    }
    case "reasoning": {
      const { content } = item as { content?: Parts | null };
      const text = (content ?? []).map((part) => part.text ?? "").join("");
      if (text !== "") messages.push({ role: "assistant", content: null, reasoning_content: text });
      return;
    }
    default:
      throw unsupported(
        `${where}.type`,
        `${where}: items of type '${item.type?.slice(0, 50)}' are not supported.`,
      );
  }
}

function isMessage(item: InputItem): item is Extract<InputItem, { role: string }> {
  return "role" in item && (item.type === undefined || item.type === "message");
}

/** The answer a call belongs to: the one just before, else a new one. */
function answerOf(messages: Draft[]): Draft {
  const last = messages.at(-1);
  if (last?.role === "assistant") return last;
  const made: Draft = { role: "assistant", content: null };
  messages.push(made);
  return made;
}

function textOf(content: string | Parts, where: string): string {
  if (typeof content === "string") return content;
  return content
    .map((part) => {
      if (["input_text", "output_text", "text"].includes(part.type)) return part.text ?? "";
      if (part.type === "refusal") return part.refusal ?? "";
      throw unsupported(
        where,
        `${where}: models here take text, not parts of type '${part.type.slice(0, 50)}'.`,
      );
    })
    .join("");
}
