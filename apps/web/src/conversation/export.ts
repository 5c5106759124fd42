import type { Messages as Texts } from "../i18n/messages.ts";
import type { Conversation, Message } from "./message.ts";
import { branch, type Messages } from "./tree.ts";

/** The shown branch as a Markdown document. */
export function asMarkdown(conversation: Conversation, messages: Messages, t: Texts): string {
  const parts = [`# ${conversation.title || t.sidebar.untitled}`];
  if (conversation.system) parts.push(`> ${conversation.system.replaceAll("\n", "\n> ")}`);
  for (const message of branch(messages, conversation.head)) {
    const who = message.role === "user" ? t.chat.you : message.model || t.chat.model;
    parts.push(`## ${who}`);
    if (message.role === "assistant" && message.reasoning) {
      parts.push(
        `<details><summary>${t.chat.thoughtPlain}</summary>\n\n${message.reasoning.trim()}\n\n</details>`,
      );
    }
    parts.push(message.text.trim());
  }
  return `${parts.join("\n\n")}\n`;
}

/** Whole conversations with all versions of their messages. */
export function asJson(
  conversations: readonly { readonly conversation: Conversation; readonly messages: readonly Message[] }[],
): string {
  return `${JSON.stringify({ format: "engine-conversations", version: 1, conversations }, undefined, 2)}\n`;
}

/** A file name that any system takes. */
export function fileName(title: string, extension: string): string {
  const safe = title
    .normalize("NFC")
    .replace(/[^\p{L}\p{N}]+/gu, "-")
    .replace(/^-+|-+$/g, "")
    .slice(0, 60);
  return `${safe || "conversation"}.${extension}`;
}
