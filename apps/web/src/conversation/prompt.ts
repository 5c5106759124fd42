import type { ChatMessage } from "../api/chat-request.ts";
import type { Message } from "./message.ts";

/** What is sent for the next answer. Thoughts are not sent back; unfinished answers are, as far as they came. */
export function promptMessages(system: string, path: readonly Message[]): ChatMessage[] {
  const messages: ChatMessage[] = system.trim() === "" ? [] : [{ role: "system", content: system }];
  for (const message of path) {
    if (message.role === "user") messages.push({ role: "user", content: message.text });
    else if (message.text !== "") messages.push({ role: "assistant", content: message.text });
  }
  return messages;
}

/** A title for a conversation that begins with `question`: its first line, at most 60 characters, cut at a word. */
export function titleFrom(question: string): string {
  const line = question.trim().split("\n", 1)[0]?.replace(/\s+/g, " ") ?? "";
  const characters = [...line];
  if (characters.length <= 60) return line;
  const cut = characters.slice(0, 60).join("");
  const word = cut.lastIndexOf(" ");
  return `${(word > 30 ? cut.slice(0, word) : cut).trimEnd()}…`;
}
