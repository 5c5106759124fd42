import type { Conversation, Message } from "../conversation/message.ts";

/** Where conversations are kept. All calls may reject; the page goes on with what it has in memory. */
export interface Store {
  /** Whether anything outlives the page. */
  readonly lasting: boolean;
  conversations(): Promise<Conversation[]>;
  messages(conversation: string): Promise<Message[]>;
  putConversation(conversation: Conversation): Promise<void>;
  putMessage(message: Message): Promise<void>;
  /** Removes a conversation with its messages. */
  remove(conversation: string): Promise<void>;
  clear(): Promise<void>;
}
