import type { ChatMessage } from "@engine/tokenizer";
import { unsupported } from "../../errors/api-error.ts";
import type { CountRequest } from "./messages-schema.ts";

type Content = CountRequest["messages"][number]["content"];
type Block = Exclude<Content, string>[number];

/** Anthropic's messages as chat templates take them: results of tools are messages of their own. */
export function toMessages({ messages, system }: CountRequest): readonly ChatMessage[] {
  const first = system === undefined || system === null ? "" : textOf(system, "system");
  return [
    ...(first === "" ? [] : [{ role: "system", content: first }]),
    ...messages.flatMap(({ role, content }, index) => {
      const where = `messages[${index}].content`;
      if (typeof content === "string") return [{ role, content }];
      return role === "user" ? asked(content, where) : [answered(content, where)];
    }),
  ];
}

function asked(blocks: readonly Block[], where: string): ChatMessage[] {
  const results = blocks.filter(({ type }) => type === "tool_result");
  const rest = blocks.filter(({ type }) => type !== "tool_result");
  const told = results.map((block): ChatMessage => {
    const content =
      block.content === undefined || block.content === null ? "" : textOf(block.content as Content, where);
    return { role: "tool", tool_call_id: String(block.tool_use_id), content };
  });
  return rest.length === 0 ? told : [...told, { role: "user", content: textOf(rest, where) }];
}

function answered(blocks: readonly Block[], where: string): ChatMessage {
  const calls = blocks.filter(({ type }) => type === "tool_use");
  const thoughts = blocks
    .filter(({ type }) => type === "thinking")
    .map(({ thinking }) => String(thinking ?? ""));
  const texts = blocks.filter(({ type }) => !["tool_use", "thinking", "redacted_thinking"].includes(type));
  const tool_calls = calls.map(({ id, name, input }) => ({
    id: String(id),
    type: "function",
    function: { name: String(name), arguments: JSON.stringify(input ?? {}) },
  }));
  return {
    role: "assistant",
    content: texts.length === 0 ? null : textOf(texts, where),
    ...(thoughts.length > 0 && { reasoning_content: thoughts.join("\n") }),
    ...(tool_calls.length > 0 && { tool_calls }),
  };
}

function textOf(content: Content, where: string): string {
  if (typeof content === "string") return content;
  if (!Array.isArray(content)) throw unsupported(where, `${where}: it must be a text or a list of blocks.`);
  return content
    .map(({ type, text }) => {
      if (type === "text" && typeof text === "string") return text;
      throw unsupported(
        where,
        `${where}: models here take text, not blocks of type '${String(type).slice(0, 50)}'.`,
      );
    })
    .join("\n");
}
